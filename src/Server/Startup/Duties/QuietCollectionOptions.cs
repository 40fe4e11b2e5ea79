namespace Relay.Startup;

/// <summary>When a node that has become quiet gives memory back.</summary>
internal sealed record QuietCollectionOptions
{
    /// <summary>How often the node looks. Default: 2 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>It is quiet when it allocated less than this since the last look. Default: 1 MiB.</summary>
    public long QuietBytes { get; init; } = 1 << 20;

    /// <summary>
    /// It is worth the trouble when it allocated more than this since the last collection of this kind. Default: 8 MiB.
    /// </summary>
    public long WorthwhileBytes { get; init; } = 8 << 20;

    /// <summary>
    /// What survives is moved together only up to this, because everything stands still meanwhile, about 1 ms for each
    /// MiB. Default: 64 MiB. With more, memory is given back where it lies free.
    /// </summary>
    public long CompactedBytes { get; init; } = 64 << 20;
}
