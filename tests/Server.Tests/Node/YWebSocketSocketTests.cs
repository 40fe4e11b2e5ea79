using System.Text;
using Relay.Connections;
using Relay.Sockets.WebSockets;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>The socket below the protocol: signs of life, pings, framing, clients that do not read, bursts.</summary>
public sealed class YWebSocketSocketTests
{
    [Fact]
    public async Task A_silent_client_gets_a_data_frame_and_pings_and_is_cut_if_it_answers_none()
    {
        var times = new SocketTimes
        {
            Tick = TimeSpan.FromMilliseconds(20),

            // The client that reads must have answered by the next ping, however little time the machine has.
            Ping = TimeSpan.FromSeconds(3),
        };
        await using var node = await TestNode.StartAsync(times);
        using var client = await node.ConnectAsync();
        Assert.Equal("00000100", await client.ReceiveHexAsync());
        Assert.Equal("010100", await client.ReceiveHexAsync());
        Assert.Equal("010100", await client.ReceiveHexAsync());

        // A client that does not read answers no ping either: its socket is half-open for all this node can tell.
        using var raw = await RawSocket.ConnectAsync(node.Address, "/yjs/doc");
        var cut = raw.UntilClosedAsync();

        // The one that reads answers, and is kept: it answers only while it reads.
        while (!cut.IsCompleted)
        {
            Assert.Equal("010100", await client.ReceiveHexAsync());
        }

        await cut;
        Assert.Equal("010100", await client.ReceiveHexAsync());
    }

    [Fact]
    public async Task Pings_of_a_client_are_answered_and_its_close_is_echoed()
    {
        await using var node = await TestNode.StartAsync();
        using var raw = await RawSocket.ConnectAsync(node.Address, "/yjs/doc");
        await raw.SendFrameAsync(0x9, "hi"u8.ToArray());
        await raw.UntilAsync([0x8A, 2, (byte)'h', (byte)'i']);
        await raw.SendFrameAsync(0x8, [0x03, 0xE8]);
        await raw.UntilAsync([0x88, 2, 0x03, 0xE8]);
        await raw.UntilClosedAsync();
    }

    [Fact]
    public async Task A_frame_that_is_not_masked_breaks_the_framing()
    {
        await using var node = await TestNode.StartAsync();
        using var raw = await RawSocket.ConnectAsync(node.Address, "/yjs/doc");
        await raw.SendAsync([0x82, 0x01, 0x03]);
        await raw.UntilAsync([0x03, 0xEA, .. Encoding.ASCII.GetBytes(CloseReason.FramingError.Text)]);
    }

    [Fact]
    public async Task A_client_that_does_not_read_delays_no_other_and_is_cut()
    {
        var times = new SocketTimes { Tick = TimeSpan.FromMilliseconds(50), Write = TimeSpan.FromMilliseconds(500) };
        await using var node = await TestNode.StartAsync(times);
        using var stuck = await RawSocket.ConnectAsync(node.Address, "/yjs/doc");

        // One that never asks is sent updates only after a while.
        await stuck.SendFrameAsync(0x2, Step1());
        using var writer = await node.ConnectAsync();
        await writer.UntilAsync(0, 0);
        var text = new string('x', 100_000);
        for (ulong i = 0; i < 200; i++)
        {
            await writer.SendAsync(Update(Typed(1, i * 100_000, text)));
            await writer.UntilAsync(0, 2);
        }

        await stuck.UntilResetAsync();
        await writer.SendAsync(Update(Typed(2, 0, "still here")));
        await writer.UntilAsync(0, 2);
    }

    [Fact]
    public async Task Twenty_thousand_small_updates_in_a_burst_are_normal()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        using var other = await node.ConnectAsync();
        await other.SendAsync(Step1());
        await other.UntilAsync(0, 1);
        var sending = Task.Run(async () =>
        {
            for (ulong i = 0; i < 20_000; i++)
            {
                await client.SendAsync(Update(Typed(1, i, "x")));
            }
        });
        var expected = Doubles.World.StateOf(Typed(1, 0, new string('x', 20_000)));
        while (!other.Document.EncodeState().AsSpan().SequenceEqual(expected))
        {
            await other.UntilAsync(0, 2);
        }

        await sending.WaitAsync(TestNode.Patience);
    }
}
