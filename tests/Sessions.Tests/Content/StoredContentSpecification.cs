using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What holds for every content on several nodes, and for what is stored of it.</summary>
public abstract class StoredContentSpecification : ContentTrial
{
    [Fact]
    public void Two_nodes_agree()
    {
        using var world = NewWorld();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Update(Written(1, 0)));
        there.Say(Update(Written(2, 0)));
        here.Say(Update(Written(1, 1)));
        byte[][] all = [Written(1, 0), Written(1, 1), Written(2, 0)];
        Has(here, all);
        Has(there, all);
        Has(world.Client(2), all);
    }

    [Fact]
    public void A_node_that_missed_entries_reads_them_from_the_log()
    {
        using var world = NewWorld();
        var (here, there) = (world.Client(0), world.Client(1));
        world.Backplane.IsHushed = true;
        here.Say(Update(Written(1, 0)));
        Has(there);
        world.Backplane.IsHushed = false;
        here.Say(Update(Written(1, 1)));
        world.Advance(1);
        Has(there, Written(1, 0), Written(1, 1));
    }

    [Fact]
    public void A_lost_log_is_put_together_again_from_what_the_nodes_have()
    {
        using var world = NewWorld();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Update(Written(1, 0)));
        there.Say(Update(Written(2, 0)));
        world.Backplane.Lose(World.Name);
        there.Say(Update(Written(2, 1)));
        here.Say(Update(Written(1, 1)));
        world.Advance(20);
        byte[][] all = [Written(1, 0), Written(1, 1), Written(2, 0), Written(2, 1)];
        Has(here, all);
        Has(there, all);
        Assert.Equal(StateOf(all), world.Stored());
    }

    [Fact]
    public void What_a_failover_lost_is_appended_again_under_the_history_that_lives()
    {
        using var world = NewWorld();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Update(Written(1, 0)));
        here.Say(Update(Written(1, 1)));
        world.Backplane.CutTo(World.Name, 1);
        world.Backplane.AppendElsewhere(World.Name, 77, Written(3, 0));
        world.Advance(20);
        byte[][] all = [Written(1, 0), Written(1, 1), Written(3, 0)];
        Has(here, all);
        Has(there, all);
        Assert.Equal(StateOf(all), world.Stored());
    }

    [Fact]
    public void A_document_is_saved_when_it_is_left_and_opens_from_its_snapshot_without_a_log()
    {
        using var world = NewWorld();
        var writer = world.Client();
        writer.Say(Update(Written(1, 0)), Update(Written(2, 0)));
        writer.Say(Update(Written(1, 1)));
        writer.Leave();
        world.Advance(120);
        byte[][] all = [Written(1, 0), Written(1, 1), Written(2, 0)];
        Assert.Equal(StateOf(all), world.Snapshots.Of(World.Name)[0].Update.ToArray());
        Assert.Empty(world.Locator.Held);

        world.Backplane.Lose(World.Name);
        var later = world.Client();
        Has(later, all);
        later.Say(Update(Written(2, 1)));
        Assert.Equal(StateOf([.. all, Written(2, 1)]), world.Stored());
    }

    [Fact]
    public void An_entry_that_is_none_of_the_content_ends_the_session_and_touches_no_snapshot()
    {
        using var world = NewWorld();
        var client = world.Client();
        client.Say(Update(Written(1, 0)));
        world.Backplane.AppendElsewhere(World.Name, 7, Foreign);
        world.Run();
        Assert.Equal(RefusalReason.DocumentUnreadable, client.Closed);
        Assert.Empty(world.Snapshots.Of(World.Name));
    }

    [Fact]
    public void A_document_that_was_deleted_and_created_again_begins_with_nothing()
    {
        using var world = NewWorld();
        var before = world.Client();
        before.Say(Update(Written(1, 0)));
        Assert.True(world.Delete().IsCompletedSuccessfully);
        Assert.Equal(RefusalReason.DocumentDeleted, before.Closed);
        Assert.True(world.Create().IsCompletedSuccessfully);
        Assert.Equal(Kind.EmptyUpdate.ToArray(), world.Snapshots.Of(World.Name)[0].Update.ToArray());
        world.Backplane.Lose(World.Name);
        var after = world.Client();
        Has(after);
        after.Say(Update(Written(2, 0)));
        Assert.Equal(StateOf(Written(2, 0)), world.Stored());
    }

    [Fact]
    public void A_bad_snapshot_is_set_aside_and_the_log_goes_on_with_what_is_left()
    {
        using var world = NewWorld();
        var writer = world.Client();
        writer.Say(Update(Written(1, 0)));
        writer.Leave();
        world.Advance(120);
        var at = world.Snapshots.Of(World.Name)[0].Position;
        world.Snapshots.Damage(at);
        var setting = world.SetAside(at, acceptsLoss: true);
        Assert.True(setting.IsCompletedSuccessfully);
        Has(world.Client(), Written(1, 0));
    }
}
