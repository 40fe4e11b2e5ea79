using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>What is noted of connections that are too slow for the entries that are kept.</summary>
public sealed class LaggingConnectionsTests
{
    [Fact]
    public void Each_connection_has_what_it_was_sent_before_its_cursor()
    {
        var world = new LaggingWorld();
        var states = new List<byte[]>();
        for (var i = 0; i < 4; i++)
        {
            states.Add(world.Content.Document.EncodeStateVector());
            world.Apply(isKept: i < 3);
        }

        var (first, second, third) = (world.Join(cursor: 0), world.Join(cursor: 1), world.Join(cursor: 3));
        world.Lagging.LeaveBehind(2, world.Newest!);
        Assert.Equal(states[0], first.Base.ToArray());
        Assert.Equal(states[1], second.Base.ToArray());
        Assert.False(third.IsBehind);
    }

    [Fact]
    public void One_that_is_behind_already_or_not_greeted_is_left_as_it_is()
    {
        var world = new LaggingWorld();
        world.Apply(isKept: true);
        world.Apply(isKept: false);
        var behind = world.Join(cursor: 0);
        behind.Base = new byte[] { 7 };
        var waiting = world.Join(cursor: 0, isServed: false);
        world.Lagging.LeaveBehind(1, world.Newest!);
        Assert.Equal([7], behind.Base.ToArray());
        Assert.False(waiting.IsBehind);
    }

    private sealed class LaggingWorld
    {
        private readonly ConnectionSet connections = new(new RoomFigures());
        private readonly DeliveryLog log = new(1 << 20);
        private ulong typed;

        public LaggingWorld() => Lagging = new LaggingConnections(connections, Content, log);

        public LoggedDocument Content { get; } = new(
            new YjsContentKind(true), new GrowthLimit(1 << 20, NodeMemory.Unlimited.Open()), new RoomFigures());

        public LaggingConnections Lagging { get; }

        /// <summary>The entry that was applied last.</summary>
        public DeliveredEntry? Newest { get; private set; }

        public DeliveryState Join(long cursor, bool isServed = true)
        {
            var attachment = new StubConnection().Attach(isServed);
            connections.Add(attachment);
            attachment.Delivery.Cursor = cursor;
            return attachment.Delivery;
        }

        /// <summary>An entry is in the document, and is kept for slow connections or about to be.</summary>
        public void Apply(bool isKept)
        {
            Assert.True(Content.TryApply(Messages.Typed(1, typed++, "a"), out var diff, out _));
            Newest = new DeliveredEntry(diff, null);
            if (isKept)
            {
                log.Add(Newest);
            }
        }
    }
}
