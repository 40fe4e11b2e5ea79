using System.Collections.Concurrent;

namespace Relay.Backplane;

/// <summary>
/// The documents of one partition that this node listens to, and up to where the partition's appends were looked at.
/// </summary>
internal sealed class RedisPartition(int number)
{
    public int Number { get; } = number;

    /// <summary>By encoded name.</summary>
    public ConcurrentDictionary<string, RedisSubscription> Subscriptions { get; } = new(StringComparer.Ordinal);

    /// <summary>One look at the partition at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>
    /// Under <see cref="Turn"/>: what the last look found; null before the first, and after the last document left.
    /// </summary>
    public PartitionState? Seen { get; set; }
}
