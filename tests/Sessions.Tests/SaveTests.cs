using Relay.Doubles;
using Relay.Persistence;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>When a session writes a snapshot, how often, and what of the log it trims then.</summary>
public sealed class SaveTests
{
    [Fact]
    public void A_change_waits_for_its_snapshot_no_longer_than_the_interval()
    {
        using var world = new World();
        var client = world.Client();
        for (ulong i = 0; i < 120; i++)
        {
            client.Say(Update(Typed(1, i, "x")));
            world.Advance(1);
        }

        Assert.Equal(2, world.Snapshots.Writes);
    }

    [Fact]
    public void Many_unsaved_bytes_are_saved_sooner()
    {
        using var world = new World(SessionDefaults.Value with { SaveBytes = 1000 });
        var client = world.Client();
        client.Say(Update(Typed(1, 0, new string('x', 600))));
        Assert.Equal(0, world.Snapshots.Writes);
        client.Say(Update(Typed(1, 600, new string('x', 600))));
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_document_that_grows_by_small_updates_writes_no_more_than_six_times_what_was_sent()
    {
        using var world = new World(SessionDefaults.Value with { SaveBytes = 1000 });
        var client = world.Client();
        var (sent, written, writes) = (0L, 0L, 0);
        for (ulong i = 0; i < 600; i++)
        {
            var update = Typed(1, 200 * i, new string('x', 200));
            sent += update.Length;
            client.Say(Update(update));
            world.Advance(1);
            if (world.Snapshots.Writes > writes)
            {
                writes = world.Snapshots.Writes;
                written += world.Snapshots.Of(World.Name)[0].Update.Length;
            }
        }

        Assert.InRange(written, sent, 6 * sent);
    }

    [Fact]
    public void A_change_of_a_large_document_waits_for_its_snapshot_twice_as_long_and_no_longer()
    {
        using var world = new World(SessionDefaults.Value with { SaveBytes = 1000 });
        var client = world.Client();
        client.Say(Update(Typed(1, 0, new string('x', 50_000))));

        // The first entry of a log comes with a reconcile, during which nothing is saved.
        world.Advance(61);
        Assert.Equal(1, world.Snapshots.Writes);
        client.Say(Update(Typed(1, 50_000, "y")));
        world.Advance(119);
        Assert.Equal(1, world.Snapshots.Writes);
        world.Advance(2);
        Assert.Equal(2, world.Snapshots.Writes);
        client.Say(Update(Typed(1, 50_001, "z")));
        client.Leave();
        world.Advance(35);
        Assert.Equal(3, world.Snapshots.Writes);
    }

    [Fact]
    public void A_change_that_comes_while_a_save_is_under_way_is_in_the_next_one()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Snapshots.Writing.IsShut = true;
        world.Advance(61);
        client.Say(Update(Typed(1, 1, "b")));
        world.Snapshots.Writing.Open();
        world.Run();
        world.Advance(61);
        Assert.Equal(world.Stored(), world.Snapshots.Of(World.Name)[0].Update.ToArray());
        Assert.Equal(2, world.Snapshots.Writes);
    }

    [Fact]
    public void The_log_is_trimmed_only_up_to_the_second_newest_snapshot()
    {
        using var world = new World();
        var client = world.Client();
        for (ulong i = 0; i < 3; i++)
        {
            client.Say(Update(Typed(1, i, "x")));
            world.Advance(61);
        }

        // Three snapshots at offsets 1, 2 and 3; entry 3 is after the second newest.
        Assert.Equal([3L], world.Backplane.Entries(World.Name).Select(e => e.Position.Offset));
        world.Snapshots.Damage(world.Snapshots.Of(World.Name)[0].Position);
        Assert.Equal(client.Document.EncodeState(), world.Stored());
    }

    [Fact]
    public void A_log_that_is_lost_before_its_end_was_saved_is_begun_anew_so_that_all_nodes_read_the_snapshot()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Backplane.Lose(World.Name);
        var other = world.Client(node: 1);
        Assert.Equal(World.StateOf(), other.Document.EncodeState());
        world.Advance(61);
        Assert.Equal(client.Document.EncodeState(), other.Document.EncodeState());
    }

    [Fact]
    public void Slow_saves_never_run_at_the_same_time()
    {
        using var world = new World(SessionDefaults.Value with { SaveBytes = 10 });
        var client = world.Client();
        world.Snapshots.Writing.IsShut = true;
        for (ulong i = 0; i < 50; i++)
        {
            client.Say(Update(Typed(1, i, "x")));
            world.Advance(1);
        }

        Assert.Equal(1, world.Snapshots.Writing.Waiting);
    }

    [Fact]
    public void Old_snapshots_are_thinned()
    {
        using var world = new World(SessionDefaults.Value with { Retention = new SnapshotRetention(2, 0, 0) });
        var client = world.Client();
        for (ulong i = 0; i < 6; i++)
        {
            client.Say(Update(Typed(1, i, "x")));
            world.Advance(61);
        }

        Assert.Equal(6, world.Snapshots.Writes);
        Assert.Equal(2, world.Snapshots.Of(World.Name).Count);
    }
}
