namespace Relay.Bench.Load;

/// <summary>
/// Documents with four clients each on two nodes of this project and on two of Hocuspocus, over Redis: what sharing
/// costs.
/// </summary>
internal static class NodesWorkload
{
    private const int PartySize = 4;

    private static readonly (string Name, Func<PartyFigures, double> Of)[] Compared =
    [
        ("server CPU an update, us", figures => figures.ServerMicroseconds),
        ("Redis CPU an update, us", figures => figures.RedisMicroseconds),
        ("across nodes, half, ms", figures => figures.Cross.Half),
        ("across nodes, 99 of 100, ms", figures => figures.Cross.Most),
        ("same node, half, ms", figures => figures.Same.Half),
        ("same node, 99 of 100, ms", figures => figures.Same.Most),
    ];

    public static Task RunAsync(Contender[] contenders, int documents, int rate, int warmUp, int seconds, int rounds) =>
        new Comparison<PartyFigures>(contenders, Compared).RunAsync(
            rounds, (servers, round) => PartyWorkload.RunAsync(servers,
                new PartyPlan(documents, PartySize, rate, warmUp, seconds, round)));
}
