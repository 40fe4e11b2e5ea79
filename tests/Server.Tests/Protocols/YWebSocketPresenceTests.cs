using Microsoft.Extensions.Logging.Abstractions;
using Relay.Access;
using Relay.Connections;
using Relay.Doubles;
using Relay.Protocols.YWebSocket;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols;

/// <summary>Presence of a y-websocket client that does not read.</summary>
public sealed class YWebSocketPresenceTests : IDisposable
{
    private static readonly byte[] Bad = Convert.FromHexString("0106010100027b7b");
    private static readonly byte[] A = Messages.Typed(1, 0, "a");
    private static readonly byte[] B = Messages.Typed(1, 1, "b");

    private readonly World world = new();
    private readonly TestLine line = new();
    private readonly ClientSocket socket;
    private readonly Task running;

    public YWebSocketPresenceTests()
    {
        var limits = ConnectionDefaults.Value;
        var ticks = new SocketTicks(SocketTimes.Default, world.Time);
        var budget = new BufferBudget(1L << 30, world.Time);
        socket = new ClientSocket(
            line,
            limits.MaxMessageBytes,
            budget,
            YWebSocketFormat.Instance.Silence,
            ticks,
            World.Unwatched.Sockets,
            CloseReason.OfSockets,
            () => { });
        var connection = new YWebSocketConnection(
            socket, World.Name, Grant.Everything, world.Sessions, limits, null, world.Time, NullLogger.Instance);
        running = connection.RunAsync();
        Say(Convert.FromHexString("00000100"), Convert.FromHexString("0001020000"));
    }

    public void Dispose()
    {
        line.End();
        world.Run();
        Assert.True(running.IsCompleted);
        world.Dispose();
    }

    [Fact]
    public void A_little_of_it_is_dropped_and_too_much_closes_the_connection()
    {
        Say([.. Enumerable.Repeat(Bad, UnreadablePresence.AtOnce)]);
        Assert.Null(socket.ClosedFor);
        Say(Update(A), Bad, Update(B));
        Assert.Equal(CloseReason.BadMessage, socket.ClosedFor);

        // What came with it was read well, as the frames before a bad one are.
        Assert.Equal(World.StateOf(A, B), world.Stored());
    }

    [Fact]
    public void Many_of_one_frame_count_each()
    {
        Say([.. Enumerable.Repeat(Bad, UnreadablePresence.AtOnce + 1).SelectMany(message => message)]);
        Assert.Equal(CloseReason.BadMessage, socket.ClosedFor);
    }

    [Fact]
    public void Now_and_then_it_closes_nothing()
    {
        for (var second = 0; second < 100; second++)
        {
            Say([.. Enumerable.Repeat(Bad, UnreadablePresence.PerSecond)]);
            world.Advance(1);
        }

        Assert.Null(socket.ClosedFor);
    }

    private static byte[] Update(byte[] update) => [0, 2, (byte)update.Length, .. update];

    /// <summary>Frames that come together, masked with zeros.</summary>
    private void Say(params byte[][] frames)
    {
        foreach (var frame in frames)
        {
            byte[] header = frame.Length < 126
                ? [0x82, (byte)(0x80 | frame.Length)]
                : [0x82, 0x80 | 126, (byte)(frame.Length >> 8), (byte)frame.Length];
            line.Say([.. header, 0, 0, 0, 0, .. frame]);
        }

        world.Run();
    }
}
