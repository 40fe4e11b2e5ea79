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
    /// Before it, the same into <paramref name="warmUps"/> other documents, one after the other, not measured.
    /// </summary>
    public static async Task<Figures> IngestAsync(Peer peer, List<byte[]> frames, int warmUps)
    {
        for (var document = 0; document < warmUps; document++)
        {
            using var early = await Client.ConnectAsync(peer.Url, $"warm-up-{document}");
            await early.SyncAsync();
            await SendAllAsync(early, frames);
        }

        using var writer = await Client.ConnectAsync(peer.Url, "ingest");
        await writer.SyncAsync();
        var cpu = peer.CpuSeconds;
        var watch = Stopwatch.StartNew();
        await SendAllAsync(writer, frames);
        var (seconds, cpuSeconds) = (watch.Elapsed.TotalSeconds, peer.CpuSeconds - cpu);
        using var newcomer = await Client.ConnectAsync(peer.Url, "ingest");
        return new Figures(seconds, cpuSeconds, peer.ResidentMegabytes, await newcomer.SyncAsync());
    }

    /// <summary>
    /// Newcomers to one large document, all at once, a few times; before that <paramref name="warmUps"/> times, not
    /// measured.
    /// </summary>
    public static async Task<Figures> JoinAsync(Peer peer, List<byte[]> frames, int joiners, int warmUps, int rounds)
    {
        using var writer = await Client.ConnectAsync(peer.Url, "join");
        await SendAllAsync(writer, frames);
        await JoinAsync(peer, joiners, warmUps);
        var cpu = peer.CpuSeconds;
        var watch = Stopwatch.StartNew();
        var bytes = await JoinAsync(peer, joiners, rounds);
        return new Figures(watch.Elapsed.TotalSeconds, peer.CpuSeconds - cpu, peer.ResidentMegabytes, bytes);
    }

    /// <summary>Returns the most bytes that a newcomer was sent.</summary>
    private static async Task<long> JoinAsync(Peer peer, int joiners, int rounds)
    {
        long bytes = 0;
        for (var round = 0; round < rounds; round++)
        {
            bytes = (await Task.WhenAll(Enumerable.Range(0, joiners).Select(async _ =>
            {
                using var client = await Client.ConnectAsync(peer.Url, "join");
                return await client.SyncAsync();
            }))).Max();
        }

        return bytes;
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
