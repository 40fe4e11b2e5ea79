using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// The layout of keys and values: its number, and the number of partitions. Each partition keeps the layout of the
/// nodes that began it, and the shared settings keep that of the nodes that run. The number of partitions has a key of
/// its own, which the first node writes. A node that finds something else than what it uses does not start.
/// </summary>
/// <remarks>
/// The number changes where optional fields cannot help: when keys, scripts or fixed bytes are no longer those that
/// older nodes use. Layout 1 had no number, so a partition without one is of layout 1. The scripts <c>append</c> and
/// <c>changes</c>, which begin partitions, write the number. Up to layout 2 there were 256 partitions with the tags r0
/// to r255. Up to layout 3 a document had a third key, with the ids of its entries.
/// </remarks>
/// <param name="connection">The connection to Redis.</param>
/// <param name="keys">The names of keys.</param>
/// <param name="prefix">What all keys begin with.</param>
internal sealed class RedisLayout(RedisConnection connection, RedisKeys keys, string prefix)
{
    /// <summary>The layout of this version.</summary>
    public const string Current = "4";

    private const string Unnumbered = "1";

    /// <summary>Why a node with this layout may not use a Redis that holds another one.</summary>
    /// <param name="found">The other layout.</param>
    /// <param name="where">Where it was found.</param>
    public static string Refusal(string found, string where) =>
        $"{where} layout {found}{(found == Unnumbered ? " (of a Relay from before layouts had numbers)" : "")}, "
            + $"and this Relay reads and writes layout {Current} only. Nothing was changed: start the version that "
            + "wrote it, or give this one an empty Redis.";

    /// <summary>Says why this node may not use what Redis holds; null if it may.</summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer.</exception>
    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        RedisValue[] fields = ["incarnation", "layout"];
        var counts = Enumerable.Range(0, keys.Partitions).Select(keys.Count)
            .Concat(Enumerable.Range(0, 256).Select(number => (RedisKey)$"{prefix}:{{r{number}}}:count")).Distinct();
        var partitions = await connection.CallAsync(
            redis => Task.WhenAll(counts.Select(
                count => redis.GetDatabase().HashGetAsync(count, fields, CommandFlags.DemandMaster))),
            cancellation);
        foreach (var values in partitions)
        {
            if (!values[0].IsNull && values[1] != Current)
            {
                return Refusal(values[1].IsNull ? Unnumbered : values[1].ToString(), "Redis holds documents in");
            }
        }

        return await FixPartitionsAsync(cancellation);
    }

    /// <summary>
    /// Writes the number of partitions if it does not stand there. Says why this node may not use what Redis holds if
    /// it is another one; null if it may.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer.</exception>
    public async Task<string?> FixPartitionsAsync(CancellationToken cancellation)
    {
        var fixedNumber = await connection.CallAsync(
            async redis =>
            {
                var database = redis.GetDatabase();
                await database.StringSetAsync(keys.PartitionCount, keys.Partitions, when: When.NotExists,
                    flags: CommandFlags.DemandMaster);
                return (long)await database.StringGetAsync(keys.PartitionCount, CommandFlags.DemandMaster);
            },
            cancellation);
        return fixedNumber == keys.Partitions
            ? null
            : $"Redis:Partitions is {keys.Partitions} here, and Redis holds the documents in {fixedNumber} partitions: "
                + "it is fixed by the first node. Nothing was changed: set it to that, or give this node an empty "
                + "Redis.";
    }
}
