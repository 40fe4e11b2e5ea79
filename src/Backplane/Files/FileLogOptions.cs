namespace Relay.Backplane;

/// <summary>Where and how a <see cref="FileLog"/> keeps its entries.</summary>
public sealed record FileLogOptions
{
    /// <summary>
    /// The smallest and the largest <see cref="SegmentBytes"/>: below, headers outweigh entries; above, offsets within
    /// a segment exceed 32 bits.
    /// </summary>
    public const int MinSegmentBytes = 4096, MaxSegmentBytes = 1 << 30;

    /// <summary>
    /// The directory (<c>FileStore:Path</c>). The log lives in its subdirectory <c>log</c>, which one process at a time
    /// may use.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>When appends are brought to the disk (<c>FileStore:Fsync</c>). Default: every second.</summary>
    public FlushPolicy Flush { get; init; } = FlushPolicy.EverySecond;

    /// <summary>The size, in bytes, from which on a segment file is not continued; one larger entry still fits.
    /// Default: 64 MiB, which a start scans in well under a second and whose removal frees a useful piece of
    /// disk.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>
    /// How long the log of a document that a snapshot covers completely is kept after the last append or checkpoint.
    /// Default: one day, as <see cref="IDocumentLog.CheckpointAsync"/> says.
    /// </summary>
    public TimeSpan CoveredLogRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>When unsaved documents are offered as orphaned; what a start finds unsaved is at once.</summary>
    public SaveJobOptions Jobs { get; init; } = new();

    /// <summary>The clock of epochs and expiry.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Opens segment files; tests inject faults here.</summary>
    internal Func<string, FileMode, ISegmentFile> OpenFile { get; init; } = static (path, mode) =>
        new SegmentFile(path, mode);

    /// <summary>
    /// Runs flushes beside the writer; tests run them on the thread that moves time. Default: each on a thread of its
    /// own. The thread pool has one thread on a machine with one processor, and timers and documents would wait for the
    /// disk.
    /// </summary>
    internal Action<Action> RunBeside { get; init; } = static flush => _ = Task.Factory.StartNew(
        flush, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, MinSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentBytes, MaxSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(CoveredLogRetention, TimeSpan.Zero);
        Jobs.Validate();
    }
}
