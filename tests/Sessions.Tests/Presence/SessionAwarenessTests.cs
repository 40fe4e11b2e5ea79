using System.Text;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Who is at a document, and what other nodes are told of it; without a session around it.</summary>
public sealed class SessionAwarenessTests
{
    private const ulong OtherNode = 2;

    [Fact]
    public void What_a_client_says_is_told_to_the_connections_and_to_other_nodes()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Listen();
        world.Say(connection, (7, 1, "{}"));
        Assert.Contains(connection, world.Pumped);
        Assert.Equal([AwarenessKind.Hello, AwarenessKind.Changes], world.Channel.Kinds);
    }

    [Fact]
    public void Other_nodes_are_told_nothing_before_the_session_hears_the_channel()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Say(connection, (7, 1, "{}"));
        Assert.Empty(world.Channel.Kinds);
        world.Listen();
        Assert.Equal([AwarenessKind.Hello], world.Channel.Kinds);
    }

    [Fact]
    public void One_message_is_under_way_at_a_time_and_the_next_one_says_the_latest()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Listen();
        world.Channel.IsHeld = true;
        for (ulong clock = 1; clock <= 5; clock++)
        {
            world.Say(connection, (7, clock, "{}"));
        }

        Assert.Equal([AwarenessKind.Hello, AwarenessKind.Changes], world.Channel.Kinds);
        Assert.True(world.Awareness.IsPublishing);
        world.Channel.Release();
        world.Bench.Steps.Run();
        Assert.Equal([AwarenessKind.Hello, AwarenessKind.Changes, AwarenessKind.Changes], world.Channel.Kinds);
        Assert.False(world.Awareness.IsPublishing);
        Assert.Equal(3, world.Published);
    }

    [Fact]
    public void The_presence_of_a_lost_connection_goes_after_its_time_to_return()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Say(connection, (7, 1, "{}"));
        world.Bench.Do(() => world.Awareness.Leave(connection, clean: false));
        world.Bench.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(["7"], world.Present());
        world.Bench.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Empty(world.Present());
    }

    [Fact]
    public void The_presence_of_a_connection_that_says_goodbye_goes_at_once()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Say(connection, (7, 1, "{}"));
        world.Bench.Do(() => world.Awareness.Leave(connection, clean: true));
        Assert.Empty(world.Present());
    }

    [Fact]
    public void A_session_that_drains_does_not_wait_for_lost_connections()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Say(connection, (7, 1, "{}"));
        world.Bench.Do(() => world.Awareness.Leave(connection, clean: false));
        world.Bench.Do(world.Awareness.OnDraining);
        Assert.Empty(world.Present());
    }

    [Fact]
    public void Presence_that_is_not_renewed_goes_after_half_a_minute()
    {
        using var world = new AwarenessWorld();
        world.Tell(AwarenessKind.Changes, (9, 1, "{}"));
        Assert.Equal(["9"], world.Present());
        world.Bench.Advance(TimeSpan.FromSeconds(34));
        Assert.Empty(world.Present());
    }

    [Fact]
    public void A_node_that_greets_is_answered()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Listen();
        world.Say(connection, (7, 1, "{}"));
        world.Channel.Kinds.Clear();
        world.Bench.Do(() => world.Awareness.OnChannel(OtherNode, AwarenessKind.Hello, default));
        Assert.Equal([AwarenessKind.Here], world.Channel.Kinds);
    }

    [Fact]
    public void The_clients_of_a_node_that_says_bye_or_ended_go_and_it_is_greeted_when_it_returns()
    {
        using var world = new AwarenessWorld();
        world.Listen();
        world.Tell(AwarenessKind.Changes, (9, 1, "{}"));
        world.Bench.Do(() => world.Awareness.OnChannel(OtherNode, AwarenessKind.Bye, default));
        Assert.Empty(world.Present());

        world.Tell(AwarenessKind.Changes, (9, 2, "{}"));
        world.Bench.Do(() => world.Awareness.OnNodeEnded(OtherNode));
        Assert.Empty(world.Present());
        world.Channel.Kinds.Clear();
        world.Bench.Do(() => world.Awareness.OnNodeReturned(OtherNode));
        world.Bench.Do(() => world.Awareness.OnNodeReturned(OtherNode));
        Assert.Equal([AwarenessKind.Hello], world.Channel.Kinds);
    }

    [Fact]
    public async Task Goodbye_is_said_only_where_other_nodes_may_believe_that_a_client_is_here()
    {
        using var world = new AwarenessWorld();
        var connection = world.Join();
        world.Listen();
        world.Channel.Kinds.Clear();
        await world.Publisher.SayByeAsync(CancellationToken.None);
        Assert.Empty(world.Channel.Kinds);
        world.Say(connection, (7, 1, "{}"));
        await world.Publisher.SayByeAsync(CancellationToken.None);
        Assert.Equal([AwarenessKind.Changes, AwarenessKind.Bye], world.Channel.Kinds);
    }

    [Fact]
    public void A_client_that_comes_back_has_the_others_renew_their_presence()
    {
        using var world = new AwarenessWorld();
        var (there, back) = (world.Join(), world.Join());
        world.Listen();
        world.Say(there, (7, 1, "{}"));
        world.Channel.Kinds.Clear();
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        world.Bench.Do(() => world.Awareness.OnOpened(back));
        Assert.Equal([AwarenessKind.Renew], world.Channel.Kinds);
        Assert.Equal(1, there.Delivery.Nudges.Count);
    }

    private sealed class AwarenessWorld : IAwarenessSession, IDisposable
    {
        private readonly ConnectionSet connections = new(new RoomFigures());
        private readonly AwarenessRegistry registry;

        public AwarenessWorld()
        {
            var context = Bench.Context();
            var settings = context.Settings;
            registry = new AwarenessRegistry(settings.Awareness, settings.ReturnTime, NodeMemory.Unlimited.Open());
            Publisher = new AwarenessPublisher(context, Channel, new PresenceOutbox(registry.Records));
            var pace = new PresencePace(context, registry.Records, connections);
            var rounds = new PresenceRounds(context, pace, connections, this);
            Awareness = new SessionAwareness(context, connections, registry, Publisher, rounds, this);
        }

        public PartBench Bench { get; } = new();

        public NotedChannel Channel { get; } = new();

        public SessionAwareness Awareness { get; }

        public AwarenessPublisher Publisher { get; }

        public List<Attachment> Pumped { get; } = [];

        public int Published { get; private set; }

        public Attachment Join()
        {
            var attachment = new StubConnection().Attach();
            connections.Add(attachment);
            return attachment;
        }

        public void Listen() => Bench.Do(Awareness.OnListening);

        public void Say(Attachment connection, params (ulong Client, ulong Clock, string State)[] entries) =>
            Bench.Do(() => Awareness.Receive(connection, Entries(entries)));

        public void Tell(AwarenessKind kind, params (ulong Client, ulong Clock, string State)[] entries) =>
            Bench.Do(() => Awareness.OnChannel(OtherNode, kind, AwarenessUpdate.Encode(Entries(entries))));

        /// <summary>The ids of the clients that are there.</summary>
        public List<string> Present()
        {
            Assert.True(AwarenessUpdate.TryDecode(Awareness.EncodeKnown(), 100, out var entries, out _));
            return [.. entries.Where(entry => !entry.IsNull).Select(entry => $"{entry.ClientId}")];
        }

        void IAwarenessSession.Pump(Attachment attachment) => Pumped.Add(attachment);

        void IAwarenessSession.OnAwarenessPublished() => Published++;

        public void Dispose() => Bench.Dispose();

        private static AwarenessEntry[] Entries((ulong Client, ulong Clock, string State)[] entries) =>
            [.. entries.Select(e => new AwarenessEntry(e.Client, e.Clock, Encoding.UTF8.GetBytes(e.State)))];
    }

    /// <summary>A channel that notes what is published, and may hold it up.</summary>
    private sealed class NotedChannel : IDocumentChannel
    {
        private readonly TaskCompletionSource held = new();

        public List<AwarenessKind> Kinds { get; } = [];

        public bool IsHeld { get; set; }

        public void Release()
        {
            IsHeld = false;
            held.SetResult();
        }

        public ValueTask<IAsyncDisposable> SubscribeAsync(
            DocumentName document, IChannelListener listener, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public ValueTask PublishAwarenessAsync(
            DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation)
        {
            Kinds.Add(kind);
            return IsHeld ? new ValueTask(held.Task) : ValueTask.CompletedTask;
        }

        public ValueTask PublishStatelessAsync(
            DocumentName document, ulong sender, ReadOnlyMemory<byte> message, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
