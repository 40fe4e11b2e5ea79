using BenchmarkDotNet.Attributes;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Bench.Framing;

/// <summary>
/// From the bytes of a socket to a session's messages: a thousand typed characters that came in one burst, and their
/// adverse twins, the same with a frame for every byte and the same bytes one by one. One operation is one character.
/// </summary>
[MemoryDiagnoser]
public class ReceiveBenchmarks
{
    private const int Characters = 1_000, MaxMessageBytes = 1 << 20;
    private readonly List<DocumentMessage> messages = [];
    private byte[] burst = [];
    private byte[] fragmented = [];

    [GlobalSetup]
    public void Setup()
    {
        var typed = Enumerable.Range(0, Characters).Select(ClientBytes.TypedCharacter).ToArray();
        burst = [.. typed.SelectMany(message => ClientBytes.Frame(message))];
        fragmented = [.. typed.SelectMany(message => ClientBytes.Fragments(message))];
    }

    [Benchmark(Baseline = true, Description = "a typed character, in a burst", OperationsPerInvoke = Characters)]
    public Task<int> Burst() => ReadAsync(new MemoryStream(burst));

    [Benchmark(Description = "the same, a frame for every byte", OperationsPerInvoke = Characters)]
    public Task<int> Fragmented() => ReadAsync(new MemoryStream(fragmented));

    [Benchmark(Description = "the same, a read for every byte", OperationsPerInvoke = Characters)]
    public Task<int> Dripping() => ReadAsync(new DrippingStream(burst));

    /// <summary>As a connection does: what one read brought is taken out without waiting.</summary>
    private async Task<int> ReadAsync(Stream stream)
    {
        using var reader = new ClientFrameReader(
            stream, MaxMessageBytes, new BufferBudget(MaxMessageBytes, TimeProvider.System));
        var count = 0;
        for (var frame = await reader.ReadAsync(CancellationToken.None); frame.Kind == ClientFrameKind.Message;
            frame = await reader.ReadAsync(CancellationToken.None))
        {
            do
            {
                Decode(frame, count++);
            }
            while (reader.TryRead(out frame));
        }

        return count == Characters ? count : throw new InvalidDataException($"{count} messages came.");
    }

    private void Decode(ClientFrame frame, int number)
    {
        if (!YWebSocketDecoder.TryDecode(frame.Payload, number, messages, out var error))
        {
            throw new InvalidDataException(error.ToString());
        }

        messages.Clear();
    }
}
