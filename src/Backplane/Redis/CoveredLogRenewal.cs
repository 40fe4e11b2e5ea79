namespace Relay.Backplane;

/// <summary>
/// A duty: puts off the expiry of covered logs whose documents are open here. Without it a document that is only read
/// for a day would lose its log under its session.
/// </summary>
internal sealed class CoveredLogRenewal(RedisConnection connection, RedisSubscriptions subscriptions)
{
    private const int DocumentsPerCall = 100;

    /// <exception cref="BackplaneUnavailableException">Redis does not answer.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var partition in subscriptions.Partitions)
        {
            foreach (var some in partition.Subscriptions.Values.Chunk(DocumentsPerCall))
            {
                await connection.EvaluateAsync(RedisScript.Renew,
                    [.. some.SelectMany(one => new[] { one.Keys.Head, one.Keys.Entries })],
                    [], cancellation);
            }
        }
    }
}
