using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class PeerLoadTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(1, 2, "c");

    [Fact]
    public void A_newcomer_gets_what_a_peer_holds_and_the_log_after_it_without_reading_a_snapshot()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A);
        world.Backplane.AppendElsewhere(World.Name, 2, B);
        Holds(world, new PeerState(first.Position, Position.None, NoPositions, World.StateOf(A), default, default));
        var client = world.Client();
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
        Assert.Equal(0, world.Snapshots.Reading.Calls);

        // And it goes on from there.
        client.Say(Update(C));
        Assert.Equal(World.StateOf(A, B, C), world.Stored());
    }

    [Fact]
    public void What_a_peer_has_saved_is_not_saved_again()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A);
        Holds(world, new PeerState(first.Position, first.Position, NoPositions, World.StateOf(A), default, default));
        world.Client();
        world.Advance(600);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.Equal(0, world.Backplane.Claiming.Calls);
    }

    [Fact]
    public void A_peers_position_that_is_not_of_this_log_counts_for_nothing()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A);
        Holds(world,
            new PeerState(first.Position with { Id = new EntryId(77) }, Position.None, NoPositions,
                World.StateOf(Typed(2, 0, "another history")), default, default));
        Assert.Equal(World.StateOf(A), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_peers_bytes_that_do_not_read_count_for_nothing()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A);
        Holds(world,
            new PeerState(first.Position, Position.None, NoPositions, new byte[] { 1, 2, 3 }, default, default));
        Assert.Equal(World.StateOf(A), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_peer_that_holds_a_deleted_document_does_not_bring_it_back()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A);
        world.Backplane.AppendElsewhere(World.Name, 2, [], EntryKind.Deleted);
        Holds(world, new PeerState(first.Position, Position.None, NoPositions, World.StateOf(A), default, default));
        Assert.Equal(RefusalReason.DocumentDeleted, world.Client().Closed);
    }

    [Fact]
    public void A_newcomer_sees_who_is_at_the_peer()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A);
        Holds(world,
            new PeerState(first.Position, Position.None, NoPositions, World.StateOf(A), default,
                PresenceUpdate((7, 1, "{}"))));
        Assert.Equal((1UL, "{}"), world.Client().Presence[7]);
    }

    [Fact]
    public void What_a_peer_shows_unlogged_is_shown_here_too_and_in_the_document_when_the_log_has_it()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A);
        Holds(world, new PeerState(first.Position, Position.None, NoPositions, World.StateOf(A), B, default));
        world.Backplane.Appending.IsShut = true;
        var client = world.Client();
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
        Assert.Equal(World.StateOf(A), world.Stored());

        // The peer may be gone before it can append it: so this node does, too.
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(World.StateOf(A, B), world.Stored());
        var later = world.Client();
        Assert.Equal(World.StateOf(A, B), later.Document.EncodeState());
        Assert.Single(later.Updates);
    }

    [Fact]
    public void A_session_shares_what_it_holds_and_says_not_yet_while_it_is_loading()
    {
        using var world = new World();
        Assert.False(world.Sessions.TryShare(World.Name, _ => Assert.Fail("There is no session.")));
        world.Backplane.Reading.IsShut = true;
        var client = world.Client();
        var answers = new List<PeerState?>();
        Assert.True(world.Sessions.TryShare(World.Name, answers.Add));
        Assert.Null(Assert.Single(answers));

        world.Backplane.Reading.Open();
        world.Run();
        client.Say(Update(A));
        client.Say(Presence((1, 1, "{}")));
        Assert.True(world.Sessions.TryShare(World.Name, answers.Add));
        var state = answers[1]!;
        Assert.Equal(world.Backplane.End(World.Name), state.Position);
        Assert.Equal(World.StateOf(A), state.Document.ToArray());
        Assert.Equal(PresenceUpdate((1, 1, "{}")), state.Awareness.ToArray());
        Assert.True(state.Unlogged.IsEmpty);
    }

    [Fact]
    public void A_node_that_is_asked_for_what_it_does_not_hold_leaves_the_locator_and_loads_only_after_that()
    {
        using var world = new World();
        world.Locator.Held.Add(World.Name);
        world.Locator.Removing.IsShut = true;
        Assert.False(world.Sessions.TryShare(World.Name, _ => Assert.Fail("There is no session.")));
        Assert.False(world.Sessions.TryShare(World.Name, _ => Assert.Fail("There is no session.")));
        var client = world.Client();
        Assert.False(client.IsSynced);

        world.Locator.Removing.Open();
        world.Run();
        Assert.True(client.IsSynced);
        Assert.Equal(["remove", "add"], world.Locator.Operations);
        Assert.Contains(World.Name, world.Locator.Held);
    }

    [Fact]
    public void A_node_that_loads_without_what_a_peer_has_tells_that_peer()
    {
        using var world = new World();
        var lost = new Position(7, 1, EntryId.None);
        Holds(world, new PeerState(lost, Position.None, NoPositions, World.StateOf(A), default, default));
        world.Client();

        // The peer reconciles when it sees this, and appends what it has.
        var told = Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal([0, 0], told.Payload.ToArray());
    }

    [Fact]
    public void A_peer_that_has_read_no_entry_does_not_hide_what_only_a_snapshot_has()
    {
        using var world = new World();

        // The log of the snapshot is gone, and has begun anew.
        var saved = world.Backplane.AppendElsewhere(World.Name, 1, A);
        world.Store(new Snapshot(World.Name, SnapshotKind.State, saved.Position, world.Time.GetUtcNow(),
            World.StateOf(A)));
        world.Backplane.Lose(World.Name);
        world.Backplane.AppendElsewhere(World.Name, 2, B);
        Holds(world, new PeerState(Position.None, Position.None, NoPositions, World.StateOf(), default, default));
        Assert.Equal(World.StateOf(A, B), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_peer_that_has_missed_a_deletion_and_a_creation_brings_nothing_back()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 1, C);
        Assert.True(world.Delete().IsCompletedSuccessfully);
        Assert.True(world.Create().IsCompletedSuccessfully);
        Holds(world, new PeerState(Position.None, Position.None, NoPositions, World.StateOf(), A, default));
        Assert.Equal(World.StateOf(), world.Client().Document.EncodeState());
        Assert.All(world.Backplane.Entries(World.Name), entry => Assert.NotEqual(A, entry.Payload.ToArray()));
    }

    private static readonly IReadOnlySet<Position> NoPositions = new HashSet<Position>();

    private static void Holds(World world, PeerState state)
    {
        world.Locator.Others.Add("10.0.0.7:9000");
        world.Peers = _ => new FixedPeers(state);
    }

    private sealed class FixedPeers(PeerState state) : IPeers
    {
        public ValueTask<PeerState?> AskAsync(DocumentName document, IReadOnlyList<string> holders,
            CancellationToken cancellation)
        {
            Assert.Equal(["10.0.0.7:9000"], holders);
            return ValueTask.FromResult<PeerState?>(state);
        }
    }
}
