namespace Relay.Bench.Load;

/// <summary>
/// How many users one core serves: rooms of four, of whom each writes one update and tells five times a second where
/// its cursor is. Each number of users has fresh servers; it is served if nothing is missing and 99 of 100 updates are
/// with the others, on the other node if there is one, within 50 ms.
/// </summary>
internal static class CapacityWorkload
{
    private const int RoomSize = 4, PresencePerSecond = 5;
    private const double Bound = 50;

    private static readonly (string Name, Func<PartyFigures, double> Of)[] Compared =
    [
        ("servers, of their core", figures => figures.Cost.ServersShare),
        ("Redis, of a core", figures => figures.Cost.Redis / figures.Cost.Seconds),
        ("an update to the others on its node, half, ms", figures => figures.Same.Half),
        ("99 of 100, ms", figures => figures.Same.Most),
        ("to those on the other node, half, ms", figures => figures.Cross.Half),
        ("99 of 100 there, ms", figures => figures.Cross.Most),
        ("missing", figures => figures.Missing),
    ];

    public static async Task RunAsync(Contender[] contenders, IEnumerable<int> users, int warmUp,
        int seconds, int rounds)
    {
        var served = new int[contenders.Length];
        foreach (var count in users)
        {
            Console.WriteLine($"{count} users:");
            var figures = await new Comparison<PartyFigures>(contenders, Compared).RunAsync(
                rounds,
                (servers, round) => PartyWorkload.RunAsync(servers,
                    new PartyPlan(count / RoomSize, RoomSize, count, warmUp, seconds, round,
                        count * PresencePerSecond)));
            for (var kind = 0; kind < contenders.Length; kind++)
            {
                served[kind] = figures[kind].All(IsServed) ? Math.Max(served[kind], count) : served[kind];
            }
        }

        foreach (var (contender, most) in contenders.Zip(served))
        {
            Console.WriteLine($"{contender.Name}: {most} users a core, in all rounds within {Bound} ms");
        }
    }

    private static bool IsServed(PartyFigures figures) =>
        figures.Missing == 0 && !(figures.Same.Most > Bound) && !(figures.Cross.Most > Bound);
}
