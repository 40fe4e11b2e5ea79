using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Snapshots of a history that a failover lost, beside those of the one that went on.</summary>
public sealed class LostHistoryTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(2, 0, "b");
    private static readonly byte[] C = Typed(3, 0, "c");
    private static readonly byte[] D = Typed(4, 0, "d");

    [Fact]
    public void A_load_finds_what_a_higher_snapshot_of_a_lost_history_hides()
    {
        using var world = new World();
        world.Store(At(1000, 4, C, A, C));
        world.Time.Advance(TimeSpan.FromSeconds(1), static () => { });

        // Stored later and at a higher offset, by a node that knows of nothing but A.
        world.Store(At(1000, 9, D, A, D));
        Assert.Equal(World.StateOf(A, C, D), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_snapshot_that_a_newer_one_covers_is_not_read()
    {
        using var world = new World();
        var old = At(1000, 4, C, A, C);
        world.Store(old);
        world.Snapshots.Damage(old.Position);
        world.Store(At(1000, 9, D, A, C, D) with { Covers = [old.Position.Id] });
        Assert.Empty(world.Read().Unreadable);
    }

    [Fact]
    public void What_only_a_snapshot_of_a_lost_history_has_is_appended_before_that_may_be_pruned()
    {
        var settings = SessionDefaults.Value with
        {
            SaveInterval = TimeSpan.FromSeconds(1),
            Retention = new SnapshotRetention(0, 0, 0),
        };
        using var world = new World(settings);
        var (writer, reader) = (world.Client(0), world.Client(1));
        writer.Say(Update(A));
        world.Advance(5);

        // The node that stored it died, and no other knows of it.
        var end = world.Backplane.End(World.Name);
        world.Store(At(end.Epoch, end.Offset, C, A, C));
        for (ulong i = 1; i < 5; i++)
        {
            writer.Say(Update(Typed(1, i, "a")));
            world.Advance(5);
        }

        Assert.Equal(World.StateOf(Typed(1, 0, "aaaaa"), C), writer.Document.EncodeState());
        Assert.Equal(writer.Document.EncodeState(), reader.Document.EncodeState());
        Assert.Equal(writer.Document.EncodeState(), world.Stored());
    }

    [Fact]
    public void A_snapshot_that_was_stored_after_the_listing_and_before_the_log_began_anew_is_not_missed()
    {
        using var world = new World();
        world.Store(At(1000, 4, A, A));
        world.Snapshots.AfterListing = () =>
        {
            world.Store(At(1000, 5, C, A, C));
            world.Backplane.AppendElsewhere(World.Name, 0x77, D);
        };
        Assert.Equal(World.StateOf(A, C, D), world.Read().Document.EncodeState());
    }

    private static Snapshot At(long epoch, long offset, byte[] own, params byte[][] updates) =>
        new(World.Name, SnapshotKind.State,
            new Position(epoch, offset, new EntryId((ulong)own.Length + 0xF00 + own[2])),
            DateTimeOffset.UnixEpoch, World.StateOf(updates));
}
