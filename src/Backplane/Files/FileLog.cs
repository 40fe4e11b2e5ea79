using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The backplane of a node that is alone: a write-ahead log in append-only segment files that all documents share, and
/// delivery within the process. An entry is written before its append completes and before a listener sees it, so a
/// killed process loses nothing that anybody was told of; <see cref="FileLogOptions.Flush"/> says when it is flushed to
/// the disk, and so what a power cut may cost.
/// </summary>
/// <remarks>
/// One writer at a time takes all requests that wait, stores them with one system call, and then answers and delivers
/// them. An append that finds no writer at work is written at once on its caller's thread, and its listeners are called
/// there. Memory: about 50 bytes an entry held, no payloads, and a few hundred for its document, 150 in all once it is
/// saved (<see cref="DocumentIndex"/>). Checkpoints and expiries are records too, so the files alone say everything:
/// see FileLog.Cleaning.cs for why segments are given up from the oldest on.
/// </remarks>
public sealed partial class FileLog : IDocumentLog, IDocumentChannel, ISaveJobs, IAsyncDisposable
{
    private readonly FileLogOptions options;
    private readonly string directory;
    private readonly ILogger<FileLog> logger;
    private readonly DirectoryLock directoryLock;
    private readonly InProcessChannel channel;
    private readonly LogFlusher flusher;
    private readonly ITimer sweepTimer;

    // Under `index`, which is never held over a system call.
    private readonly Lock index = new();
    private readonly DocumentIndex documents;
    private readonly List<Segment> segments;

    private FileLog(FileLogOptions options, ILogger<FileLog> logger, DirectoryLock directoryLock, LoadedLog loaded)
    {
        this.options = options;
        this.logger = logger;
        this.directoryLock = directoryLock;
        directory = loaded.Directory;
        segments = loaded.Segments;
        documents = new DocumentIndex(segments, loaded.Documents.Values);
        nextNumber = loaded.NextNumber;
        channel = new InProcessChannel(logger);
        flusher = new LogFlusher(directory, options.TimeProvider, AcquireUnflushed, OnFlushed,
            options.RunBeside);
        jobs = new FileSaveJobs(options.Jobs, options.TimeProvider);
        foreach (var document in documents.Awake.Where(document => document.IsUnsaved))
        {
            jobs.Found(document.Name, document.Problem);
        }

        sweepTimer = options.TimeProvider.CreateTimer(static log => ((FileLog)log!).Sweep(), this,
            TimeSpan.Zero, SweepInterval);
    }

    /// <summary>
    /// Opens the log of a directory, which is created if it is not there. Reads all segments once. An incomplete end of
    /// the last one, as a killed process or a power cut leaves it, is cut off and logged; damage elsewhere is never
    /// touched: it costs its document (<see cref="LogReadOutcome.Damaged"/>) or, where nobody can say whose
    /// bytes they were, the start.
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
    /// <exception cref="LogDamagedException">The document's log is damaged: nothing is stored.</exception>
    /// <exception cref="ArgumentException">The entry has no id, no known kind, or a payload that its kind does not have
    /// or that exceeds 1 GiB.</exception>
    public ValueTask<AppendResult> AppendAsync(
        DocumentName document, long epoch, LogEntry entry, CancellationToken cancellation) =>
        StoreAsync(document, epoch, entry, replaced: null, cancellation);

    /// <inheritdoc />
    /// <remarks>
    /// One record says it: a start that finds an entry of a higher epoch knows that those of lower ones count no
    /// longer.
    /// </remarks>
    public ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation) =>
        StoreAsync(document, epoch, entry, end, cancellation);

    /// <inheritdoc />
    /// <remarks>A damaged document's checkpoint is ignored.</remarks>
    public ValueTask CheckpointAsync(DocumentName document, Position saved, Position trimThrough,
        CancellationToken cancellation)
    {
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        var request = Rent();
        request.Checkpoint(document, saved, trimThrough);
        var result = new ValueTask(request, request.Version);
        Submit(request);
        return cancellation.CanBeCanceled && !result.IsCompleted
            ? new ValueTask(result.AsTask().WaitAsync(cancellation))
            : result;
    }

    /// <inheritdoc />
    public ValueTask<IAsyncDisposable> SubscribeAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation) =>
        channel.SubscribeAsync(document, listener, cancellation);

    /// <inheritdoc />
    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        channel.PublishAwarenessAsync(document, kind, content, cancellation);

    /// <inheritdoc />
    public ValueTask PublishStatelessAsync(DocumentName document, ulong sender, ReadOnlyMemory<byte> message,
        CancellationToken cancellation) =>
        channel.PublishStatelessAsync(document, sender, message, cancellation);

    /// <summary>
    /// The documents with entries that no snapshot covers, damaged ones among them: what a node that starts must save
    /// even if nobody opens it again.
    /// </summary>
    public IReadOnlyList<DocumentName> UnsavedDocuments()
    {
        lock (index)
        {
            return [.. documents.Awake.Where(document => document.IsUnsaved).Select(document => document.Name)];
        }
    }

    /// <summary>
    /// Stores what waits, closes the files and lets another process have the directory. Later calls throw
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            if (!writing && waiting.Count > 0)
            {
                writing = true;
                StartWriter();
            }
        }

        await sweepTimer.DisposeAsync();
        await WhenIdleAsync();
        flusher.Dispose();
        MarkFlushed();
        lock (index)
        {
            foreach (var segment in segments)
            {
                segment.Release();
            }

            segments.Clear();
        }

        directoryLock.Dispose();
    }

    private void MarkFlushed()
    {
        try
        {
            flusher.Flush();
            new FlushMark(Active.Number, Active.Length).Write(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotFlushed(e, directory);
        }
    }

    private ValueTask<AppendResult> StoreAsync(
        DocumentName document,
        long epoch,
        LogEntry entry,
        Position? replaced,
        CancellationToken cancellation,
        bool mends = false)
    {
        _ = document.Value;
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfEqual(epoch, long.MaxValue);
        if (!entry.IsWhole || entry.Payload.Length > LogRecord.MaxPayloadBytes)
        {
            throw new ArgumentException(
                "A log entry needs an id, a kind, and a payload that the kind has.", nameof(entry));
        }

        cancellation.ThrowIfCancellationRequested();
        var request = Rent();
        request.Append(document, epoch, entry, replaced, mends);
        var result = new ValueTask<AppendResult>(request, request.Version);
        Submit(request);
        return cancellation.CanBeCanceled && !result.IsCompleted
            ? new ValueTask<AppendResult>(result.AsTask().WaitAsync(cancellation))
            : result;
    }

    private long Microseconds() =>
        (options.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
