namespace Relay.Metadata;

/// <summary>How often metadata of documents is written.</summary>
internal sealed record MetadataWriterOptions
{
    /// <summary>From one batch to the next. Default: 2 s: what people see on a dashboard is that old.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often a batch without rows is written, as a sign of life. Default: 5 s, a quarter of the time after which
    /// other nodes take a silent one for dead.
    /// </summary>
    public TimeSpan LifeSign { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait after a first failure; it doubles up to <see cref="LongestRetry"/>. Default: 500 ms.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two tries. Default: 10 s.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often dead nodes are looked for. Default: 5 s.</summary>
    public TimeSpan BuryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long this node must have been writing without a failure before it takes others for dead: after an outage of
    /// the database all of them are silent. Default: 30 s, longer than a node may be silent.
    /// </summary>
    public TimeSpan BuryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often old days are looked for. Default: 1 h.</summary>
    public TimeSpan PruneInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether the start waits for the store, which may refuse this node. Default: true. A file refuses no node, and
    /// the start need not pay for opening it.
    /// </summary>
    public bool AwaitsStore { get; init; } = true;

    /// <summary>
    /// How long the start waits for the database. Default: 3 s: a node without it starts all the same.
    /// </summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the stop waits for the last batches. Default: 3 s.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often dropped metadata is complained about. Default: 1 min.</summary>
    public TimeSpan ComplaintInterval { get; init; } = TimeSpan.FromMinutes(1);
}
