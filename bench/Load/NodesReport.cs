namespace Relay.Bench.Load;

/// <summary>Two nodes of this project and two of Hocuspocus, one pair after the other in every round, and their ratios.</summary>
internal static class NodesReport
{
    private static readonly (string Name, Func<NodesFigures, double> Of)[] Compared =
    [
        ("server CPU", figures => figures.ServerMicroseconds),
        ("Redis CPU", figures => figures.RedisMicroseconds),
        ("across nodes, half", figures => figures.Cross.Half),
        ("across nodes, 99 of 100", figures => figures.Cross.Most),
        ("same node, half", figures => figures.Same.Half),
        ("same node, 99 of 100", figures => figures.Same.Most),
    ];

    public static async Task RunAsync(string root, string node, int documents, int rate, int warmUp, int seconds, int rounds)
    {
        var (relay, hocuspocus) = (new List<NodesFigures>(), new List<NodesFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            using (var pair = await Pair.StartRelayAsync(root))
            {
                relay.Add(await NodesWorkload.RunAsync(pair, documents, rate, warmUp, seconds, round));
                Print(round, "relay", relay[^1]);
            }

            using (var pair = await Pair.StartHocuspocusAsync(root, node))
            {
                hocuspocus.Add(await NodesWorkload.RunAsync(pair, documents, rate, warmUp, seconds, round));
                Print(round, "hocuspocus", hocuspocus[^1]);
            }
        }

        foreach (var (name, of) in Compared)
        {
            Console.WriteLine(
                $"{name}: relay {Spread(relay.Select(of))}, hocuspocus {Spread(hocuspocus.Select(of))}, ratio {Spread(relay.Zip(hocuspocus, (ours, theirs) => of(ours) / of(theirs)))}");
        }
    }

    /// <summary>The median, and the least to the greatest.</summary>
    public static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return $"{sorted[sorted.Length / 2]:G3} ({sorted[0]:G3} to {sorted[^1]:G3})";
    }

    private static void Print(int round, string name, NodesFigures figures) => Console.WriteLine(
        $"round {round} {name}: across nodes {figures.Cross.Half:F2} / {figures.Cross.Most:F2} ms, same node {figures.Same.Half:F2} / {figures.Same.Most:F2} ms (half / 99 of 100); "
        + $"CPU an update: nodes {figures.ServerMicroseconds:F1} us, Redis {figures.RedisMicroseconds:F1} us; missing {figures.Missing}; "
        + $"sent at most {figures.Late:F2} ms late (99 of 100), load {figures.LoadShare:P0} of its core, others {figures.OthersShare:P0} of the machine");
}
