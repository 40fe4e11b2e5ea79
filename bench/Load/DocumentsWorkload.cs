namespace Relay.Bench.Load;

/// <summary>
/// Many documents on one server, all clients write and read, open loop: what a delivery costs where hardly two come at
/// once.
/// </summary>
internal static class DocumentsWorkload
{
    private static readonly (string Name, Func<PartyFigures, double> Of)[] Compared =
    [
        ("server CPU a delivery, us", figures => figures.DeliveryMicroseconds),
        ("half, ms", figures => figures.Same.Half),
        ("99 of 100, ms", figures => figures.Same.Most),
    ];

    public static Task RunAsync(Contender[] contenders, int documents, int clients, int rate, int warmUp,
        int seconds, int rounds) =>
        new Comparison<PartyFigures>(contenders, Compared)
            .RunAsync(rounds,
                (servers, round) => PartyWorkload.RunAsync(servers,
                    new PartyPlan(documents, clients, rate, warmUp, seconds, round)));
}
