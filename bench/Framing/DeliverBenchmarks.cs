using BenchmarkDotNet.Attributes;
using Relay.Protocols.YWebSocket;

namespace Relay.Bench.Framing;

/// <summary>
/// What a session makes of an update before it goes to sockets: one frame for all connections, however many. The
/// adverse twin is a large one, of which every byte is copied once.
/// </summary>
[MemoryDiagnoser]
public class DeliverBenchmarks
{
    private readonly byte[] small = ClientBytes.TypedCharacter(1_000)[3..];
    private readonly byte[] large = new byte[1 << 20];

    [Benchmark(Baseline = true, Description = "the frame of a typed character")]
    public ReadOnlyMemory<byte> Small() => YWebSocketFormat.Instance.Update(small);

    [Benchmark(Description = "the frame of 1 MiB")]
    public ReadOnlyMemory<byte> Large() => YWebSocketFormat.Instance.Update(large);
}
