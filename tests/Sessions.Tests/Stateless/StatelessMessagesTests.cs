using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Applications' own messages, on their way to other connections and other nodes.</summary>
public sealed class StatelessMessagesTests
{
    [Fact]
    public void A_message_goes_to_the_others_here_and_to_other_nodes_in_order()
    {
        using var bench = new PartBench();
        var channel = new HeldChannel();
        var spread = new List<(byte Message, Attachment? Except)>();
        var messages = Make(bench, channel, spread);
        var from = new StubConnection().Attach();
        bench.Do(() => messages.Receive(from, new byte[] { 1 }));
        bench.Do(() => messages.Receive(from, new byte[] { 2 }));
        Assert.Equal([(1, from), (2, from)], spread);
        Assert.Equal([1], channel.Begun);
        channel.End(null);
        bench.Steps.Run();
        Assert.Equal([1, 2], channel.Begun);
    }

    [Fact]
    public void The_own_messages_that_come_back_over_the_channel_are_dropped()
    {
        using var bench = new PartBench();
        var channel = new HeldChannel();
        var spread = new List<(byte Message, Attachment? Except)>();
        var messages = Make(bench, channel, spread);
        bench.Do(() => messages.Receive(new StubConnection().Attach(), new byte[] { 1 }));
        spread.Clear();
        bench.Do(() => messages.OnChannel(channel.Sender, new byte[] { 1 }));
        bench.Do(() => messages.OnChannel(channel.Sender + 1, new byte[] { 3 }));
        Assert.Equal([(3, null)], spread);
    }

    [Fact]
    public void What_waits_behind_a_message_that_failed_is_dropped_and_the_next_one_is_sent()
    {
        using var bench = new PartBench();
        var channel = new HeldChannel();
        var messages = Make(bench, channel, []);
        var from = new StubConnection().Attach();
        bench.Do(() => messages.Receive(from, new byte[] { 1 }));
        bench.Do(() => messages.Receive(from, new byte[] { 2 }));
        channel.End(new BackplaneUnavailableException("away"));
        bench.Steps.Run();
        Assert.Equal([1], channel.Begun);
        bench.Do(() => messages.Receive(from, new byte[] { 3 }));
        Assert.Equal([1, 3], channel.Begun);
    }

    [Fact]
    public void What_waits_for_other_nodes_is_bounded()
    {
        using var bench = new PartBench();
        var channel = new HeldChannel();
        var spread = new List<(byte Message, Attachment? Except)>();
        var messages = Make(bench, channel, spread, bytes: 2 * (1 + StatelessMessages.Overhead));
        var from = new StubConnection().Attach();
        for (byte i = 1; i <= 5; i++)
        {
            bench.Do(() => messages.Receive(from, new byte[] { i }));
        }

        Assert.Equal(5, spread.Count);
        for (var i = 0; i < 3; i++)
        {
            channel.End(null);
            bench.Steps.Run();
        }

        Assert.Equal([1, 2, 3], channel.Begun);
    }

    private static StatelessMessages Make(
        PartBench bench, HeldChannel channel, List<(byte Message, Attachment? Except)> spread, long bytes = 4 << 20) =>
        new(
            bench.Context(SessionDefaults.Value with { StatelessBytes = bytes }),
            channel,
            new NotedSession(spread));

    private sealed class NotedSession(List<(byte Message, Attachment? Except)> spread) : IStatelessSession
    {
        public void Spread(ReadOnlyMemory<byte> message, Attachment? except) => spread.Add((message.Span[0], except));
    }

    /// <summary>A channel on which each message is under way until the test ends it.</summary>
    private sealed class HeldChannel : IDocumentChannel
    {
        private TaskCompletionSource? call;

        public List<byte> Begun { get; } = [];

        public ulong Sender { get; private set; }

        public void End(Exception? failure)
        {
            var ended = call!;
            call = null;
            if (failure is null)
            {
                ended.SetResult();
            }
            else
            {
                ended.SetException(failure);
            }
        }

        public ValueTask<IAsyncDisposable> SubscribeAsync(
            DocumentName document, IChannelListener listener, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public ValueTask PublishAwarenessAsync(
            DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public ValueTask PublishStatelessAsync(
            DocumentName document, ulong sender, ReadOnlyMemory<byte> message, CancellationToken cancellation)
        {
            Assert.Null(call);
            Begun.Add(message.Span[0]);
            Sender = sender;
            call = new TaskCompletionSource();
            return new ValueTask(call.Task);
        }
    }
}
