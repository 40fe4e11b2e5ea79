using System.Diagnostics;

namespace Relay.Bench.Load;

/// <summary>What a workload cost a server.</summary>
/// <param name="Seconds">Wall clock.</param>
/// <param name="ServerCpuSeconds">CPU time of the server.</param>
/// <param name="ResidentMegabytes">The server's resident memory afterwards.</param>
/// <param name="StateBytes">What a newcomer is sent.</param>
internal readonly record struct Figures(double Seconds, double ServerCpuSeconds, double ResidentMegabytes,
    long StateBytes);

internal static class Workloads
{
    /// <summary>
    /// The whole trace through one writer as fast as the socket takes it, until a state asked for after it has come.
    /// </summary>
    public static async Task<Figures> IngestAsync(Peer peer, List<byte[]> frames)
    {
        using var writer = await Client.ConnectAsync(peer.Url, "ingest");
        await writer.SyncAsync();
        var cpu = peer.CpuSeconds;
        var watch = Stopwatch.StartNew();
        await SendAllAsync(writer, frames);
        var (seconds, cpuSeconds) = (watch.Elapsed.TotalSeconds, peer.CpuSeconds - cpu);
        using var newcomer = await Client.ConnectAsync(peer.Url, "ingest");
        return new Figures(seconds, cpuSeconds, peer.ResidentMegabytes, await newcomer.SyncAsync());
    }

    /// <summary>Newcomers to one large document, all at once, a few times.</summary>
    public static async Task<Figures> JoinAsync(Peer peer, List<byte[]> frames, int joiners, int rounds)
    {
        using var writer = await Client.ConnectAsync(peer.Url, "join");
        await SendAllAsync(writer, frames);
        long bytes = 0;
        var cpu = peer.CpuSeconds;
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            bytes = (await Task.WhenAll(Enumerable.Range(0, joiners).Select(async _ =>
            {
                using var client = await Client.ConnectAsync(peer.Url, "join");
                return await client.SyncAsync();
            }))).Max();
        }

        return new Figures(watch.Elapsed.TotalSeconds, peer.CpuSeconds - cpu, peer.ResidentMegabytes, bytes);
    }

    public static async Task SendAllAsync(Client writer, List<byte[]> frames)
    {
        foreach (var frame in frames)
        {
            writer.Send(frame);
        }

        await writer.SyncAsync();
    }
}
