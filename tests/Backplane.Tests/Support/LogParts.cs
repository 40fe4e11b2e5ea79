using Relay.Yjs;

namespace Relay.Backplane.Support;

/// <summary>
/// The parts of a file log without those that use them: a test puts itself in the place of the writer.
/// </summary>
internal sealed class LogParts : IDisposable
{
    public LogParts(FlushPolicy flush = FlushPolicy.EverySecond, int segmentBytes = 64 << 20)
    {
        Directory.CreateDirectory(Home.Log);
        Options = new FileLogOptions
        {
            Directory = Home.Path,
            Flush = flush,
            SegmentBytes = segmentBytes,
            TimeProvider = Time,
            OpenFile = Disk.Open,
        };
        Segments = new LogSegments([SegmentCreation.Create(Home.Log, 1, previousLength: 0, Options)]);
        Index = new LogIndex(Segments, []);
        SaveJobs = new FileSaveJobs(Options.Jobs, Time);
        Refusals = new DocumentRefusals(Index, SaveJobs, Logger);
        Health = new WriteHealth(Logger);
        Flusher = new LogFlusher(Home.Log, Time, Segments.AcquireUnflushed, FlushesEnded.Add, static flush => flush());
        Tail = new LogTail(Home.Log, Options, Segments, nextNumber: 2, Flusher, Health, Logger);
        Staging = new GroupStaging(Index, Records, Time);
    }

    public TestDirectory Home { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FaultyDisk Disk { get; } = new();

    public TestLogger Logger { get; } = new();

    public FileLogOptions Options { get; }

    public LogSegments Segments { get; }

    public LogIndex Index { get; }

    public FileSaveJobs SaveJobs { get; }

    public DocumentRefusals Refusals { get; }

    public WriteHealth Health { get; }

    public LogFlusher Flusher { get; }

    public List<Exception?> FlushesEnded { get; } = [];

    public LogTail Tail { get; }

    public RecordGroup Records { get; } = new();

    public GroupStaging Staging { get; }

    public static LogRequest Append(
        DocumentName name, long epoch, LogEntry entry, Position? replaced = null, bool mends = false)
    {
        var request = new LogRequest(_ => { });
        request.Append(name, epoch, entry, replaced, mends);
        return request;
    }

    public static LogRequest Checkpoint(DocumentName name, Position saved, Position trimThrough)
    {
        var request = new LogRequest(_ => { });
        request.Checkpoint(name, saved, trimThrough);
        return request;
    }

    /// <summary>The answer to a request, or the exception that it ended with.</summary>
    public static AppendResult ResultOf(LogRequest request) => request.GetResult(request.Version);

    /// <summary>Decides what a request comes to.</summary>
    public StagedRequest Stage(LogRequest request)
    {
        Staging.Add(request);
        return Staging.Requests[^1];
    }

    /// <summary>Stores and shows what was staged; returns whether bytes ceased to count.</summary>
    public bool Commit()
    {
        var place = Tail.Store(Records);
        var hasFreed = Index.Commit(Staging.Requests, place.Segment, place.At);
        Index.PackQuiet(Staging.Requests);
        Records.Clear();
        Staging.Clear();
        return hasFreed;
    }

    /// <summary>Appends entries, each in a group of its own.</summary>
    public Position[] Fill(DocumentName name, int count, int bytes = 20)
    {
        var positions = new Position[count];
        var epoch = Index.Find(name)?.End.Epoch ?? 0;
        for (var i = 0; i < count; i++)
        {
            positions[i] = Stage(Append(name, epoch, Sample.Update(new byte[bytes]))).Result.Position;
            epoch = positions[i].Epoch;
            Commit();
        }

        return positions;
    }

    /// <summary>Flips a bit in the payload of the last record of the active segment.</summary>
    public void DamageLastRecord()
    {
        var active = Segments.Active;
        Span<byte> last = stackalloc byte[1];
        active.File.Read(last, active.Length - LogRecord.TrailerLength - 1);
        last[0] ^= 1;
        active.File.Write(last, active.Length - LogRecord.TrailerLength - 1);
    }

    public void Dispose()
    {
        Flusher.Dispose();
        Index.Close();
        Segments.Close();
        Home.Dispose();
    }
}
