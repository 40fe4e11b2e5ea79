using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Relay.Connections;
using Relay.Protocols.YWebSocket;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Bench.Framing;

/// <summary>
/// What the socket of one client adds to its frames: a typed character on its way in, and on its way out to a client
/// that takes it at once. The adverse twin of that is a batch of frames, which are packed into one write.
/// </summary>
[MemoryDiagnoser]
public class SocketBenchmarks : IDisposable
{
    private const int Characters = 1_000, MaxMessageBytes = 1 << 20, FramesOfBatch = 16;
    private readonly Meter meter = new("bench");
    private readonly SocketTicks ticks = new(SocketTimes.Default, TimeProvider.System);
    private readonly Action sent = () => { };
    private readonly ReadOnlyMemory<byte>[] single = [YWebSocketFormat.Instance.Update(Update(0))];
    private readonly ReadOnlyMemory<byte>[] batch =
        [.. Enumerable.Range(0, FramesOfBatch).Select(i => YWebSocketFormat.Instance.Update(Update(i)))];
    private readonly SocketMetrics metrics;
    private readonly ClientSocket socket;
    private readonly byte[] burst;

    public SocketBenchmarks()
    {
        metrics = new SocketMetrics(meter);
        socket = SocketOn(Stream.Null);
        burst = [.. Enumerable.Range(0, Characters).SelectMany(i => ClientBytes.Frame(ClientBytes.TypedCharacter(i)))];
    }

    [Benchmark(Baseline = true, Description = "a frame to a client that takes it at once")]
    public bool Send() => socket.Send(single, sent);

    [Benchmark(Description = "a frame of a batch", OperationsPerInvoke = FramesOfBatch)]
    public bool SendBatch() => socket.Send(batch, sent);

    [Benchmark(Description = "a typed character, in a burst", OperationsPerInvoke = Characters)]
    public Task Receive() => SocketOn(new MemoryStream(burst)).RunAsync(static (_, _) => ValueTask.CompletedTask);

    public void Dispose()
    {
        ticks.Dispose();
        meter.Dispose();
    }

    private static byte[] Update(int clock) => ClientBytes.TypedCharacter(clock)[3..];

    private ClientSocket SocketOn(Stream stream) => new(
        stream,
        MaxMessageBytes,
        new BufferBudget(MaxMessageBytes, TimeProvider.System),
        YWebSocketFormat.Instance.Silence,
        ticks,
        metrics,
        CloseReason.OfSockets,
        static () => { });
}
