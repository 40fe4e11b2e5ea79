using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// The number of the layout of keys and values. Each partition keeps the one of the nodes that began it, and the shared
/// settings keep that of the nodes that run. A node that finds another layout does not start.
/// </summary>
/// <remarks>
/// The number changes where optional fields cannot help: when keys, scripts or fixed bytes are no longer those that
/// older nodes use. Layout 1 had no number, so a partition without one is of layout 1. The scripts <c>append</c> and
/// <c>changes</c>, which begin partitions, write the number.
/// </remarks>
internal sealed class RedisLayout(RedisConnection connection, RedisKeys keys)
{
    /// <summary>The layout of this version.</summary>
    public const string Current = "2";

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
        var partitions = await connection.CallAsync(
            redis => Task.WhenAll(Enumerable.Range(0, RedisKeys.Partitions).Select(
                partition => redis.GetDatabase()
                    .HashGetAsync(keys.Count(partition), fields, CommandFlags.DemandMaster))),
            cancellation);
        foreach (var values in partitions)
        {
            if (!values[0].IsNull && values[1] != Current)
            {
                return Refusal(values[1].IsNull ? Unnumbered : values[1].ToString(), "Redis holds documents in");
            }
        }

        return null;
    }
}
