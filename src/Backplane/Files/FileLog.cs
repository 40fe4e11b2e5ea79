using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The backplane of a node that is alone: a write-ahead log in append-only segment files that all documents share, and
/// delivery within the process. Opens and closes the parts, which do the work. Thread-safe.
/// </summary>
/// <remarks>
/// <para>What always holds, and which part sees to it:</para>
/// <list type="bullet">
/// <item>An entry is written before its append completes and before a listener sees it, so a killed process loses no
/// entry that a caller or a listener was told of (<see cref="LogWriter"/>). <see cref="FileLogOptions.Flush"/> says
/// when it is flushed, and so what a power cut may cost.</item>
/// <item>A failed write leaves the log as it was (<see cref="LogTail"/>), and no bytes count whose flush failed
/// (<see cref="LogFlusher"/>).</item>
/// <item>The files alone say everything: checkpoints and expiries are records too. Only the last two segments can have
/// a torn end (<see cref="LogTail"/>); a start cuts it off and touches no other damage
/// (<see cref="LogLoader"/>).</item>
/// <item>What counts of a segment is on the disk elsewhere before the segment is removed, and the oldest goes first
/// (<see cref="LogCleaner"/>).</item>
/// <item>The index names only records that were written (<see cref="LogIndex"/>).</item>
/// </list>
/// <para>
/// Memory: about 50 bytes an entry held, no payloads, and a few hundred for its document, 150 in all once it is saved
/// (<see cref="DocumentIndex"/>).
/// </para>
/// </remarks>
public sealed partial class FileLog : IDocumentLog, IDocumentChannel, ISaveJobs, IDamagedLogs, IAsyncDisposable
{
    private readonly string directory;
    private readonly DirectoryLock directoryLock;
    private readonly LogSegments segments;
    private readonly LogIndex index;
    private readonly WriteHealth health;
    private readonly InProcessChannel channel;
    private readonly LogTail tail;
    private readonly WriterQueue queue;
    private readonly LogWriter writer;
    private readonly LogIntake intake;
    private readonly LogReader reader;
    private readonly LogJobs jobs;
    private readonly DamagedLogs damaged;
    private readonly ITimer sweepTimer;
    private bool isDisposed;

    private FileLog(FileLogOptions options, ILogger<FileLog> logger, DirectoryLock directoryLock, LoadedLog loaded)
    {
        this.directoryLock = directoryLock;
        directory = loaded.Directory;
        var time = options.TimeProvider;
        segments = new LogSegments(loaded.Segments);
        index = new LogIndex(segments, loaded.Documents.Values);
        health = new WriteHealth(logger);
        channel = new InProcessChannel(logger);
        var saveJobs = new FileSaveJobs(options.Jobs, time);
        jobs = new LogJobs(saveJobs, index);
        jobs.AddFound();
        var refusals = new DocumentRefusals(index, saveJobs, logger);
        reader = new LogReader(index, refusals, directory);

        var flusher = new LogFlusher(directory, time, segments.AcquireUnflushed, OnFlushed, options.RunBeside);
        tail = new LogTail(directory, options, segments, loaded.NextNumber, flusher, health, logger);
        var records = new RecordGroup();
        var expiry = new LogExpiry(index, tail, records, options.CoveredLogRetention, time, logger);
        var cleaner = new LogCleaner(
            segments,
            tail,
            oldest => new SegmentCopy(oldest, index, tail, records, refusals, time),
            options.SegmentBytes,
            logger);
        var upkeep = new LogUpkeep(expiry, cleaner, records);
        queue = new WriterQueue(() => flusher.MustWait, () => upkeep.IsDue);
        var staging = new GroupStaging(index, records, time);
        writer = new LogWriter(queue, staging, records, tail, index, jobs, channel, upkeep, directory,
            handsOver: options.Flush == FlushPolicy.Always);
        intake = new LogIntake(writer.Submit);
        damaged = new DamagedLogs(directory, index, segments, intake, time, logger);
        sweepTimer = time.CreateTimer(static log => ((FileLog)log!).Sweep(), this,
            TimeSpan.Zero, LogUpkeep.SweepInterval);
    }

    /// <summary>Whether the file could not be written when it was last tried; on any thread.</summary>
    public bool WritesFail => health.IsFailing;

    /// <summary>
    /// Opens the log of a directory, which is created if it is not there. Reads all segments once. An incomplete end of
    /// the last one, as a killed process or a power cut leaves it, is cut off and logged; damage elsewhere is never
    /// touched: it costs its document (<see cref="LogReadOutcome.Damaged"/>) or, where the bytes name no
    /// document, the start.
    /// </summary>
    /// <exception cref="FileLogStartException">Another process uses the directory, or it cannot be read or written, or
    /// a segment does not read.</exception>
    public static FileLog Open(FileLogOptions options, ILogger<FileLog> logger)
    {
        options.Validate();
        var directory = Path.GetFullPath(Path.Combine(options.Directory, "log"));
        DirectoryLock? taken = null;
        try
        {
            Directory.CreateDirectory(directory);
            taken = DirectoryLock.Take(directory);
            var loaded = new LogLoader(directory, options, logger).Load();
            LogStarted(logger, directory, loaded.Segments.Count, loaded.Documents.Count);
            return new FileLog(options, logger, taken, loaded);
        }
        catch (Exception e)
        {
            taken?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new FileLogStartException(
                    $"The log directory {directory} (FileStore:Path) cannot be used: {e.Message}", e);
            }

            throw;
        }
    }

    /// <inheritdoc />
    /// <exception cref="LogDamagedException">The document's log is damaged: no entry is stored.</exception>
    /// <exception cref="ArgumentException">The entry has no id, no known kind, or a payload that its kind does not have
    /// or that exceeds 1 GiB.</exception>
    public ValueTask<AppendResult> AppendAsync(
        DocumentName document, long epoch, LogEntry entry, CancellationToken cancellation) =>
        intake.AppendAsync(document, epoch, entry, replaced: null, mends: false, cancellation);

    /// <inheritdoc />
    /// <remarks>
    /// One record says it: a start that finds an entry of a higher epoch knows that those of lower ones count no
    /// longer.
    /// </remarks>
    public ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation) =>
        intake.AppendAsync(document, epoch, entry, replaced: end, mends: false, cancellation);

    /// <inheritdoc />
    public ValueTask<LogReadResult> ReadAsync(
        DocumentName document, Position after, CancellationToken cancellation) =>
        reader.ReadAsync(document, after, cancellation);

    /// <inheritdoc />
    /// <remarks>A damaged document's checkpoint is ignored.</remarks>
    public ValueTask CheckpointAsync(
        DocumentName document, Position saved, Position trimThrough, CancellationToken cancellation) =>
        intake.CheckpointAsync(document, saved, trimThrough, cancellation);

    /// <inheritdoc />
    public ValueTask<IAsyncDisposable> SubscribeAsync(
        DocumentName document, IChannelListener listener, CancellationToken cancellation) =>
        channel.SubscribeAsync(document, listener, cancellation);

    /// <inheritdoc />
    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        channel.PublishAwarenessAsync(document, kind, content, cancellation);

    /// <inheritdoc />
    public ValueTask PublishStatelessAsync(
        DocumentName document, ulong sender, ReadOnlyMemory<byte> message, CancellationToken cancellation) =>
        channel.PublishStatelessAsync(document, sender, message, cancellation);

    /// <inheritdoc />
    public ValueTask<SaveClaim> ClaimAsync(
        DocumentName document, TimeSpan lease, CancellationToken cancellation) =>
        jobs.ClaimAsync(document, lease, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(
        int most, TimeSpan lease, CancellationToken cancellation) =>
        jobs.ClaimOrphanedAsync(most, lease, cancellation);

    /// <inheritdoc />
    public ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation) =>
        jobs.FailAsync(document, problem, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation) =>
        jobs.ListAsync(most, cancellation);

    /// <inheritdoc />
    public ValueTask<SalvagedLog?> SalvageAsync(DocumentName document, CancellationToken cancellation) =>
        damaged.SalvageAsync(document, cancellation);

    /// <inheritdoc />
    public ValueTask<string?> SetAsideAsync(
        DocumentName document, LogEntry entry, CancellationToken cancellation) =>
        damaged.SetAsideAsync(document, entry, cancellation);

    /// <summary>
    /// The documents with entries that no snapshot covers, damaged ones among them: what a node that starts must save
    /// even if no client opens it again.
    /// </summary>
    public IReadOnlyList<DocumentName> UnsavedDocuments() => index.Unsaved().ConvertAll(one => one.Name);

    /// <summary>
    /// Stores what waits, closes the files and lets another process have the directory. Later calls throw
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, true))
        {
            return;
        }

        var drained = writer.DrainAsync();
        await sweepTimer.DisposeAsync();
        await drained;
        tail.Close();
        index.Close();
        segments.Close();
        directoryLock.Dispose();
    }

    /// <summary>Has the writer look for logs that expired.</summary>
    internal void Sweep() => writer.Sweep();

    /// <summary>Completes at a moment at which the writer neither writes nor cleans.</summary>
    internal Task WhenIdleAsync() => queue.WhenIdleAsync();

    /// <summary>A flush beside the writer has ended.</summary>
    private void OnFlushed(Exception? problem)
    {
        health.Report(problem, directory);
        writer.Resume();
    }
}
