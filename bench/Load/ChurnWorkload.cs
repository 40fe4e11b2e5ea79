using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Relay.Bench.Load;

/// <summary>
/// Documents that are opened, get a small update, and are left: what stays of them in a node's memory. A second pass of
/// others tells what stays of each from what the runtime keeps for later.
/// </summary>
internal static partial class ChurnWorkload
{
    private const int AtOnce = 64, WarmUpDocuments = 500;

    public static async Task RunAsync(string root, int documents, int passes, TimeSpan settling)
    {
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        var settings = new Dictionary<string, string>
        {
            ["FileStore:Path"] = directory,
            ["Documents:IdleTimeout"] = "00:00:00.500",

            // All of them come from one address, and as fast as the node takes them.
            ["Limits:ConnectionsPerMinute"] = "0",
        };
        using var node = await Peer.StartRelayAsync(root, settings, directory);
        await OpenAndLeaveAsync(node, "warm", WarmUpDocuments);
        await Task.Delay(TimeSpan.FromSeconds(5));
        var before = node.ResidentMegabytes;
        Console.WriteLine($"after {WarmUpDocuments} documents that do not count: resident {before:F1} MB");
        for (var pass = 1; pass <= passes; pass++)
        {
            var (watch, cpu) = (Stopwatch.StartNew(), node.CpuSeconds);
            await OpenAndLeaveAsync(node, $"churn-{pass}", documents);
            var (seconds, after) = (watch.Elapsed.TotalSeconds, node.ResidentMegabytes);
            cpu = node.CpuSeconds - cpu;
            await Task.Delay(settling);
            var later = node.ResidentMegabytes;
            Console.WriteLine(
                $"pass {pass}: {documents:N0} documents in {seconds:F1} s, {cpu / documents * 1e3:F2} ms of CPU each; "
                    + $"resident {after:F1} MB when the last had left, {later:F1} MB "
                    + $"{settling.TotalSeconds:F0} s later, "
                + $"{(later - before) * 1e6 / documents:F0} B a document more than before the pass");
            before = later;
        }
    }

    /// <summary>Until the last of them has been left by the node.</summary>
    private static async Task OpenAndLeaveAsync(Peer node, string name, int documents)
    {
        await Parallel.ForAsync(0, documents, new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (document, _) =>
        {
            using var client = await Client.ConnectAsync(node.Url, $"{name}-{document}");
            await client.SyncAsync();
            client.Send(client.Frame(new Typist((ulong)(1000 + document)).Type()));
            await client.SyncAsync();
        });
        await HasLeftAllAsync(node);
    }

    /// <summary>Waits until no document is in memory; by the metrics, because a log may leave lines out.</summary>
    private static async Task HasLeftAllAsync(Peer node)
    {
        using var http = new HttpClient();
        var address = new Uri(new Uri(node.Url.Replace("ws://", "http://", StringComparison.Ordinal)), "/metrics");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!NoneOpen().IsMatch(await http.GetStringAsync(address, patience.Token)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }

    [GeneratedRegex(@"^relay_documents_open(\{[^}]*\})? 0\b", RegexOptions.Multiline)]
    private static partial Regex NoneOpen();
}
