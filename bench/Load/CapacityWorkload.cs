namespace Relay.Bench.Load;

/// <summary>
/// How many users one core serves: rooms of four, of whom each writes one update and tells five times a second where
/// its cursor is. Each number of users has fresh servers; it is served as long as nothing is missing and
/// the core has time left.
/// </summary>
internal static class CapacityWorkload
{
    private const int RoomSize = 4, PresencePerSecond = 5;

    public static async Task RunAsync(Contender[] contenders, IEnumerable<int> users, int warmUp,
        int seconds, int rounds)
    {
        foreach (var count in users)
        {
            Console.WriteLine($"{count} users:");
            await new Comparison<PartyFigures>(
                contenders,
                [
                    ("servers, of their core", figures => figures.Cost.ServersShare),
                    ("Redis, of a core", figures => figures.Cost.Redis / figures.Cost.Seconds),
                    ("an update to the others on its node, half, ms", figures => figures.Same.Half),
                    ("99 of 100, ms", figures => figures.Same.Most),
                    ("to those on the other node, half, ms", figures => figures.Cross.Half),
                    ("99 of 100 there, ms", figures => figures.Cross.Most),
                    ("missing", figures => figures.Missing),
                ]).RunAsync(
                rounds,
                (servers, round) => PartyWorkload.RunAsync(servers,
                    new PartyPlan(count / RoomSize, RoomSize, count, warmUp, seconds, round,
                        count * PresencePerSecond)));
        }
    }
}
