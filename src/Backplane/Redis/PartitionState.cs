using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>What a partition says of itself.</summary>
/// <param name="Incarnation">Different after Redis lost the partition.</param>
/// <param name="Count">How many appends there were.</param>
/// <param name="Forgotten">Up to which count it is not known any more which documents they were to.</param>
/// <param name="Server">The replication id of the server: another one after a restart or a failover, which may have
/// lost entries.</param>
internal sealed record PartitionState(string Incarnation, long Count, long Forgotten, string Server)
{
    public static PartitionState Read(RedisResult[] result) =>
        new(Convert.ToHexString((byte[])result[0]! ?? []), (long)result[1], (long)result[2], (string)result[3]!);

    /// <summary>
    /// Whether entries may have been lost or replaced since the earlier look, so that counts cannot be compared.
    /// </summary>
    public bool IsBrokenSince(PartitionState earlier) =>
        Server != earlier.Server
        || Incarnation != earlier.Incarnation
        || Count < earlier.Count
        || Forgotten > earlier.Count;
}
