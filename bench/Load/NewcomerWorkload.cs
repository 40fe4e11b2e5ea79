using System.Diagnostics;

namespace Relay.Bench.Load;

/// <summary>
/// How long a newcomer to one large document waits, from connecting to the whole of it: on the node that holds it, on
/// another one that gets it from that node, and on that one when nobody holds it.
/// </summary>
internal static class NewcomerWorkload
{
    private const string Document = "paper";

    public static async Task RunAsync(string root, string s3, List<byte[]> frames, int rounds)
    {
        using var redis = await Peer.StartRedisAsync();
        using var dynamoDb = await Peer.StartDynamoDbAsync(root);
        var settings = new Dictionary<string, string>
        {
            ["Redis:Configuration"] = redis.Url,
            ["DynamoDb:Table"] = "relay",
            ["DynamoDb:ServiceUrl"] = dynamoDb.Url,
            ["DynamoDb:Region"] = "us-east-1",
            ["S3:Bucket"] = $"relay-bench-{Guid.NewGuid():N}",
            ["S3:ServiceUrl"] = s3,
            ["S3:Region"] = "us-east-1",
            ["Documents:IdleTimeout"] = "00:00:00.500",
            ["Internal:Secret"] = "a secret that only the nodes of this run know",
        };
        using var first = await Peer.StartMemberAsync(root, settings, "Information");
        using var second = await Peer.StartMemberAsync(root, settings, "Information");
        var writing = Stopwatch.StartNew();
        var holder = await Client.ConnectAsync(first.Url, Document);
        await Workloads.SendAllAsync(holder, frames);
        Console.WriteLine($"{frames.Count:N0} updates were written in {writing.Elapsed.TotalSeconds:F1} s");

        // The first round, in which the nodes compile, does not count.
        var (held, fromPeer, fromStore) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var onFirst = await JoinAsync(first);
            var onSecond = await JoinAsync(second);
            await second.SaysAsync($"Left {Document}");
            holder.Dispose();
            await first.SaysAsync($"Left {Document}");
            var alone = await JoinAsync(second);
            await second.SaysAsync($"Left {Document}");
            holder = await Client.ConnectAsync(first.Url, Document);
            await holder.SyncAsync();
            Console.WriteLine(
                $"round {round}: held {onFirst.Milliseconds:F1} ms, from the other node {onSecond.Milliseconds:F1} "
                    + $"ms, from S3 {alone.Milliseconds:F1} ms; {onFirst.Bytes:N0}, "
                    + $"{onSecond.Bytes:N0}, {alone.Bytes:N0} B");
            if (round > 0)
            {
                held.Add(onFirst.Milliseconds);
                fromPeer.Add(onSecond.Milliseconds);
                fromStore.Add(alone.Milliseconds);
            }
        }

        holder.Dispose();
        Console.WriteLine(
            $"ms: held {Statistics.Spread(held)}, from the other node {Statistics.Spread(fromPeer)}, from S3 "
                + $"{Statistics.Spread(fromStore)}");
    }

    private static async Task<(double Milliseconds, long Bytes)> JoinAsync(Peer node)
    {
        var watch = Stopwatch.StartNew();
        using var client = await Client.ConnectAsync(node.Url, Document);
        var bytes = await client.SyncAsync();
        return (watch.Elapsed.TotalMilliseconds, bytes);
    }
}
