namespace Relay.Bench.Load;

/// <summary>Clients who connect, get their document, and do nothing.</summary>
internal static class IdleWorkload
{
    private const int AtOnce = 64;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private static readonly (string Name, Func<IdleFigures, double> Of)[] Compared =
    [
        ("connects a second", figures => figures.PerSecond),
        ("server CPU a connect, ms", figures => figures.ServerMilliseconds),
        ("resident a connection, KB", figures => figures.ResidentKilobytes),
        ("CPU at rest, of a core", figures => figures.Resting.ServersShare),
        ("CPU at rest, us/s a connection", figures => figures.RestingMicroseconds),
    ];

    public static Task RunAsync(Contender[] contenders, int clients, int documents, int warmUp, int rest,
        int rounds) =>
        new Comparison<IdleFigures>(contenders, Compared)
            .RunAsync(rounds, (servers, _) => MeasureAsync(servers, clients, documents, warmUp, rest));

    private static async Task<IdleFigures> MeasureAsync(Servers servers, int clients, int documents, int warmUp,
        int rest)
    {
        // What a server compiles for its first clients is not theirs.
        Leave(await ConnectAsync(servers, "warm", warmUp, documents));
        await Task.Delay(Settling);
        var resident = servers.First.ResidentMegabytes;
        var before = ProcessorTimes.Now(servers);
        var connected = await ConnectAsync(servers, "idle", clients, documents);
        var connecting = ProcessorTimes.Now(servers) - before;
        await Task.Delay(Settling);
        var grown = servers.First.ResidentMegabytes - resident;
        before = ProcessorTimes.Now(servers);
        await Task.Delay(TimeSpan.FromSeconds(rest));
        var resting = ProcessorTimes.Now(servers) - before;
        Leave(connected);
        return new IdleFigures(clients, connecting, grown, resting);
    }

    private static async Task<Client[]> ConnectAsync(Servers servers, string name, int clients, int documents)
    {
        var connected = new Client[clients];
        await Parallel.ForAsync(0, clients, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (place, _) =>
        {
            connected[place] = await Client.ConnectAsync(servers.First.Url, $"{name}-{place % documents}",
                servers.Dialect);
            await connected[place].SyncAsync();
        });
        return connected;
    }

    private static void Leave(Client[] clients)
    {
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }
}
