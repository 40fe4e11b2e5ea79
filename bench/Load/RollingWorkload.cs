using System.Diagnostics;

namespace Relay.Bench.Load;

/// <summary>
/// Three nodes behind a balancer are replaced one after the other while clients type: how long each client is without
/// its document when it is moved, how fast clients come to the nodes that stay, and what is missing in the end.
/// </summary>
internal static class RollingWorkload
{
    private const int Nodes = 3;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1), Quiet = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(string root, int clients, int documents, int rate, int drain)
    {
        using var redis = await Peer.StartRedisAsync();
        using var dynamoDb = await Peer.StartDynamoDbAsync(root);
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        var settings = new Dictionary<string, string>
        {
            ["Redis:Configuration"] = redis.Url,
            ["DynamoDb:Table"] = "relay",
            ["DynamoDb:ServiceUrl"] = dynamoDb.Url,
            ["DynamoDb:Region"] = "us-east-1",
            ["FileStore:Path"] = directory,
            ["FileStore:Shared"] = "true",
            ["Internal:Secret"] = "a secret that only the nodes of this run know",
            ["Shutdown:DrainTime"] = TimeSpan.FromSeconds(drain).ToString(),

            // All of them come from one address.
            ["Limits:ConnectionsPerMinute"] = "0",
        };
        var nodes = new List<Peer>();
        try
        {
            await using var balancer = new Balancer(BetweenLooks);
            for (var node = 0; node < Nodes; node++)
            {
                nodes.Add(await Peer.StartMemberAsync(root, settings));
                balancer.Add(nodes[^1]);
            }

            var movers = Enumerable.Range(0, clients)
                .Select(client => new Mover(balancer, $"document-{client % documents}", (ulong)(1000 + client)))
                .ToArray();
            await ConnectAsync(movers);
            using var writing = new Writing(movers, rate);
            await Task.Delay(Quiet);
            for (var node = 0; node < Nodes; node++)
            {
                await ReplaceAsync(root, settings, nodes, balancer, movers);
            }

            await Task.Delay(Quiet);
            writing.Stop();
            await TellAsync(nodes, movers);
            foreach (var mover in movers)
            {
                mover.Dispose();
            }
        }
        finally
        {
            foreach (var node in nodes)
            {
                node.Dispose();
            }

            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task ConnectAsync(Mover[] movers)
    {
        foreach (var mover in movers)
        {
            var synced = new TaskCompletionSource();
            _ = mover.StayAsync(synced);
            await synced.Task;
        }
    }

    /// <summary>As deployments do: first the new one, then the old one is told to stop.</summary>
    private static async Task ReplaceAsync(string root, Dictionary<string, string> settings, List<Peer> nodes,
        Balancer balancer, Mover[] movers)
    {
        var old = nodes[0];
        nodes.Add(await Peer.StartMemberAsync(root, settings));
        balancer.Add(nodes[^1]);
        var (begin, watch) = (movers.Sum(mover => mover.Moves.Count), Stopwatch.StartNew());
        await old.StopAsync();
        Console.WriteLine($"a node was gone {watch.Elapsed.TotalSeconds:F1} s after it was told to stop");
        balancer.Remove(old);
        nodes.Remove(old);
        old.Dispose();
        await Task.Delay(Quiet);
        Console.WriteLine($"{movers.Sum(mover => mover.Moves.Count) - begin} clients moved");
    }

    private static async Task TellAsync(List<Peer> nodes, Mover[] movers)
    {
        var moves = movers.SelectMany(mover => mover.Moves).ToArray();
        var (half, most) = Statistics.Percentiles(moves.Select(move => move.Gap));
        Console.WriteLine(
            $"{movers.Length} clients moved {moves.Length} times; without the document, ms: half {half:F0}, 99 of 100 "
                + $"{most:F0}, at most {moves.Max(move => move.Gap):F0}; "
            + $"refused {moves.Sum(move => move.Refusals)} times; at most "
            + $"{MostInASecond([.. moves.Select(move => move.At).Order()])} came in one second");
        var (missing, characters) = (0, 0);
        foreach (var node in nodes)
        {
            foreach (var party in movers.GroupBy(mover => mover.Document))
            {
                var seen = await ReadAsync(node, party.Key);
                missing += party.Sum(mover => mover.Typed - (int)seen.GetValueOrDefault(mover.Id));
                characters += party.Sum(mover => mover.Typed);
            }
        }

        Console.WriteLine($"missing on {nodes.Count} nodes: {missing} of {characters}");
    }

    /// <summary>How many characters of each client a newcomer gets.</summary>
    private static async Task<Dictionary<ulong, long>> ReadAsync(Peer node, string document)
    {
        var seen = new Dictionary<ulong, long>();
        void OnRun(ulong client, long first, long end) => seen[client] = Math.Max(seen.GetValueOrDefault(client), end);
        using var reader = await Client.ConnectAsync(node.Url, document,
            onUpdate: update => Typist.Read(update, OnRun));
        await reader.SyncAsync();
        return seen;
    }

    private static int MostInASecond(long[] times)
    {
        var (most, first) = (0, 0);
        for (var last = 0; last < times.Length; last++)
        {
            while (times[last] - times[first] >= Stopwatch.Frequency)
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    /// <summary>One thread types for all of them, in turn.</summary>
    private sealed class Writing : IDisposable
    {
        private readonly Thread thread;
        private volatile bool ends;

        public Writing(Mover[] movers, int rate)
        {
            thread = new Thread(() =>
            {
                var start = Stopwatch.GetTimestamp();
                for (var count = 0L; !ends; count++)
                {
                    Timing.WaitUntil(start + (count * Stopwatch.Frequency / rate));
                    movers[count % movers.Length].Type();
                }
            });
            thread.Start();
        }

        public void Stop()
        {
            ends = true;
            thread.Join();
        }

        public void Dispose() => Stop();
    }
}
