using Relay.Connections;
using Relay.Doubles;
using Relay.Sockets.WebSockets;
using static Relay.Doubles.SocketBench;

namespace Relay.Sockets;

/// <summary>A socket as a whole: how it ends, and what its client gets of that.</summary>
public sealed class ClientSocketTests : IDisposable
{
    private readonly SocketBench bench = new();
    private readonly SocketTicks ticks;
    private readonly ClientSocket socket;
    private readonly Task running;

    public ClientSocketTests()
    {
        ticks = new SocketTicks(SocketTimes.Default, bench.Time);
        socket = new ClientSocket(
            bench.Line, 100, bench.Budget, SignOfLife, ticks, bench.Metrics, CloseReason.OfSockets,
            () =>
            {
                bench.Aborts++;
                bench.Line.End();
            });
        running = socket.RunAsync((_, _) => ValueTask.CompletedTask);
    }

    public void Dispose()
    {
        ticks.Dispose();
        bench.Dispose();
    }

    [Fact]
    public void A_client_that_closes_gets_its_code_back_and_then_the_end()
    {
        bench.Say(FromClient(WebSocketOpcode.Close, 0x03, 0xE8, (byte)'x'));
        Assert.Equal([0x88, 2, 0x03, 0xE8], bench.Take());
        Assert.True(running.IsCompletedSuccessfully);
        Assert.True(socket is { EndedCleanly: true, ClosedFor: null });
    }

    [Fact]
    public void A_node_that_closes_says_why_and_waits_for_the_answer()
    {
        socket.Close(CloseReason.BadMessage);
        socket.Close(CloseReason.NodeStops);
        Assert.Equal(WebSocketFrame.MakeClose(4400, CloseReason.BadMessage.Text), bench.Take());
        Assert.False(running.IsCompleted);
        bench.Say(FromClient(WebSocketOpcode.Close, 0x11, 0x30));
        Assert.Empty(bench.Take());
        Assert.True(running.IsCompletedSuccessfully);
        Assert.Equal(CloseReason.BadMessage, socket.ClosedFor);
        Assert.Equal(0, bench.Aborts);
    }

    [Fact]
    public void A_client_that_does_not_answer_a_close_is_cut_off()
    {
        socket.Close(CloseReason.BadMessage);
        Tick(1);
        Assert.Equal(1, bench.Aborts);
        Assert.True(running.IsCompletedSuccessfully);
        Assert.Equal(CloseReason.BadMessage, socket.ClosedFor);
    }

    [Fact]
    public void What_cannot_be_read_closes_the_connection_with_its_code_and_the_rest_is_skipped()
    {
        foreach (var (bytes, reason) in new[]
        {
            (FromClient(WebSocketOpcode.Text, 1), CloseReason.TextFrame),
            (FromClient(WebSocketOpcode.Binary, new byte[101]), CloseReason.MessageTooLarge),
            (FromClient(WebSocketOpcode.Continuation, 1), CloseReason.FramingError),
        })
        {
            using var other = new ClientSocketTests();
            other.bench.Say(bytes, new byte[5_000]);
            Assert.Equal(WebSocketFrame.MakeClose(reason.Code, reason.Text), other.bench.Take());
            Assert.Equal(0, other.bench.Line.Unread);
            Assert.Equal(reason, other.socket.ClosedFor);
            Assert.False(other.running.IsCompleted);
            other.bench.Line.End();
            other.bench.Steps.Run();
            Assert.True(other.running.IsCompletedSuccessfully);
        }
    }

    [Fact]
    public void A_connection_that_breaks_has_no_reason_and_did_not_end_cleanly()
    {
        bench.Line.End();
        bench.Steps.Run();
        Assert.True(running.IsCompletedSuccessfully);
        Assert.True(socket is { EndedCleanly: false, ClosedFor: null });
        Assert.True(socket.Send([new byte[1]], () => { }));
        Assert.Empty(bench.Take());
    }

    [Fact]
    public void A_client_that_does_not_read_is_cut_off()
    {
        bench.Line.Stop();
        Assert.False(socket.Send([new byte[1]], () => { }));
        Tick(6);
        Assert.Equal(1, bench.Aborts);
        Assert.Equal(CloseReason.SlowReader, socket.ClosedFor);
        Assert.False(socket.EndedCleanly);
    }

    [Fact]
    public void A_client_that_answers_no_ping_is_cut_off_when_the_third_is_due()
    {
        Tick(7);
        Assert.Equal(0, bench.Aborts);
        Tick(1);
        Assert.Equal(1, bench.Aborts);
        Assert.Equal(CloseReason.NoPong, socket.ClosedFor);
        Assert.True(running.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_client_that_answers_gets_pings_with_signs_of_life_in_their_time()
    {
        for (var ping = 0; ping < 20; ping++)
        {
            Tick(3);
            bench.Say(FromClient(WebSocketOpcode.Pong));
        }

        // 300 s: a ping each 15 s, and a data frame with each.
        Assert.False(running.IsCompleted);
        var taken = bench.Take();
        var pings = taken.Count(first => first == 0x89);
        var signs = taken.Count(first => first == SignOfLife[^1]);
        Assert.Equal((20, 20), (pings, signs));
    }

    /// <summary>Lets so many ticks of 5 s pass.</summary>
    private void Tick(int count)
    {
        for (var i = 0; i < count; i++)
        {
            bench.Time.Advance(SocketTimes.Default.Tick);
            bench.Steps.Run();
        }
    }
}
