using System.Collections.Concurrent;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Relay.DocLocator.DynamoDb;

/// <summary>
/// Which nodes are alive. Remembered of a node is when its heartbeat ends, and only until then: a node has written that
/// it is alive until that time, so no answer from memory is out of date. A node that is not remembered is read again.
/// </summary>
internal sealed class NodeLiveness(IAmazonDynamoDB client, DynamoDbLocatorOptions options, TimeProvider time)
{
    private const int MaxKeysPerRead = 100;

    private readonly ConcurrentDictionary<NodeIdentity, long> liveUntil = new();

    /// <summary>How many nodes are remembered.</summary>
    internal int Remembered => liveUntil.Count;

    /// <summary>
    /// The addresses of those that are alive, each once. Those whose elements may be taken out go to
    /// <paramref name="dead"/>.
    /// </summary>
    internal async Task<IReadOnlyList<string>> JudgeAsync(List<NodeIdentity> nodes, List<string> dead,
        DynamoDbCalls.Attempts attempts)
    {
        var unknown = nodes.Where(node => !IsRemembered(node)).ToList();
        var read = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var keys in unknown.Select(LocatorTable.Key).Chunk(MaxKeysPerRead))
        {
            await ReadAsync([.. keys], read, attempts).ConfigureAwait(false);
        }

        // After the reads: they took time.
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var node in unknown)
        {
            if (!read.TryGetValue(node.ToString(), out var expires))
            {
                // A node beats before it adds itself, and the read is consistent: this one died so long ago that its
                // item was removed.
                dead.Add(node.ToString());
            }
            else if (expires > now
                && expires - now <= (options.Expiry + DynamoDbLocator.ClockTolerance).TotalMilliseconds)
            {
                liveUntil[node] = expires;
            }
            else if (now - expires > DynamoDbLocator.RemovalAge.TotalMilliseconds)
            {
                dead.Add(node.ToString());
            }
        }

        if (unknown.Count > 0)
        {
            Forget(now);
        }

        return [.. nodes.Where(IsRemembered).Select(node => node.Address).Distinct(StringComparer.Ordinal)];
    }

    private bool IsRemembered(NodeIdentity node) =>
        liveUntil.TryGetValue(node, out var until) && time.GetUtcNow().ToUnixTimeMilliseconds() < until;

    /// <summary>What is remembered stays as small as the number of nodes that live.</summary>
    private void Forget(long now)
    {
        foreach (var remembered in liveUntil)
        {
            if (remembered.Value <= now)
            {
                liveUntil.TryRemove(remembered);
            }
        }
    }

    private async Task ReadAsync(List<Dictionary<string, AttributeValue>> keys, Dictionary<string, long> read,
        DynamoDbCalls.Attempts attempts)
    {
        while (keys.Count > 0)
        {
            var request =
                new BatchGetItemRequest
                {
                    RequestItems = new()
                    {
                        [options.Table] = new KeysAndAttributes
                        {
                            Keys = keys,
                            ConsistentRead = true
                        }
                    }
                };
            var answer = await attempts.RequestAsync(token => client.BatchGetItemAsync(request, token))
                .ConfigureAwait(false);
            foreach (var item in answer.Responses?.GetValueOrDefault(options.Table) ?? [])
            {
                if (LocatorTable.TryReadNode(item, out var element, out var expires))
                {
                    read[element] = expires;
                }
            }

            // DynamoDB leaves keys out when it is throttled, without an error.
            keys = answer.UnprocessedKeys?.GetValueOrDefault(options.Table)?.Keys ?? [];
            if (keys.Count > 0)
            {
                await attempts.PauseAsync().ConfigureAwait(false);
            }
        }
    }
}
