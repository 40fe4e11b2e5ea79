using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Doubles;

/// <summary>What one part of a client's socket needs around it: a line on the test's thread, and fake time.</summary>
internal sealed class SocketBench : IDisposable
{
    /// <summary>The frame for silent clients.</summary>
    public static readonly byte[] SignOfLife = [0x82, 1, 0xEE];

    private readonly SynchronizationContext? before = SynchronizationContext.Current;

    public SocketBench()
    {
        Budget = new BufferBudget(1 << 30, Time);
        Closing = new ClosingHandshake(Time);
        Writer = new SocketWriter(Line, SignOfLife, Metrics, Time, Closing, () => Aborts++);
        SynchronizationContext.SetSynchronizationContext(Steps);
    }

    public StepContext Steps { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    public TestLine Line { get; } = new();

    public SocketMetrics Metrics => World.Unwatched.Sockets;

    public BufferBudget Budget { get; }

    public ClosingHandshake Closing { get; }

    public SocketWriter Writer { get; }

    /// <summary>How often the connection was cut.</summary>
    public int Aborts { get; set; }

    /// <summary>What the client has taken since the last call.</summary>
    public byte[] Take()
    {
        Steps.Run();
        byte[] taken = [.. Line.Taken];
        Line.Taken.Clear();
        return taken;
    }

    /// <summary>The client takes what is written again.</summary>
    public void GoOn()
    {
        Line.GoOn();
        Steps.Run();
    }

    /// <summary>Bytes of the client.</summary>
    public void Say(params byte[][] frames)
    {
        Line.Say([.. frames.SelectMany(frame => frame)]);
        Steps.Run();
    }

    /// <summary>A client's frame of at most 125 bytes, masked with zeros.</summary>
    public static byte[] FromClient(WebSocketOpcode opcode, params byte[] payload) =>
        [(byte)(0x80 | (int)opcode), (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload];

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(before);
}
