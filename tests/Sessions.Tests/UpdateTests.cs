using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class UpdateTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(2, 0, "c");

    [Fact]
    public void An_update_is_seen_by_no_client_before_it_is_logged_and_then_by_all_its_writer_included()
    {
        using var world = new World();
        var (writer, other) = (world.Client(), world.Client());
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(A));
        Assert.Empty(other.Updates.Skip(1));
        Assert.Empty(writer.Updates.Skip(1));

        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(A, other.Updates[^1]);
        Assert.Equal(A, writer.Updates[^1]);
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void What_comes_while_an_append_is_under_way_is_merged_into_the_next_one()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.Appending.IsShut = true;
        client.Say(Update(A));
        client.Say(Update(B));
        client.Say(Update(C));
        Assert.Equal(1, world.Backplane.Appending.Waiting);
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(2, world.Backplane.Entries(World.Name).Count);
        Assert.Equal(World.StateOf(A, B, C), world.Stored());
    }

    [Fact]
    public void An_update_with_nothing_new_comes_back_to_its_writer_alone_and_is_not_logged()
    {
        using var world = new World();
        var (writer, other) = (world.Client(), world.Client());
        writer.Say(Update(A));
        var (written, seen) = (writer.Updates.Count, other.Updates.Count);
        writer.Say(Update(A));
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal(written + 1, writer.Updates.Count);
        Assert.Equal(seen, other.Updates.Count);
    }

    [Fact]
    public void An_update_that_is_already_in_flight_is_logged_once_and_comes_back_to_both_writers()
    {
        using var world = new World();
        var (first, second) = (world.Client(), world.Client());
        world.Backplane.Appending.IsShut = true;
        first.Say(Update(A));
        second.Say(Update(A));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal(A, first.Updates[^1]);
        Assert.Equal(A, second.Updates[^1]);
        Assert.Equal(Update(A).Length + Step1().Length, second.Settled);
    }

    [Fact]
    public void An_append_whose_reply_is_lost_is_repeated_under_new_ids_and_stored_once()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.IsHushed = true;
        world.Backplane.Replying.Failure = new Backplane.BackplaneUnavailableException("The reply was lost.");
        client.Say(Update(A));
        Assert.Single(client.Updates);
        Assert.Single(world.Backplane.Entries(World.Name));

        world.Backplane.Replying.Failure = null;
        world.Advance(1);
        Assert.True(world.Backplane.Appends.Count >= 2);
        Assert.Equal(world.Backplane.Appends.Count, world.Backplane.Appends.Select(a => a.Id).Distinct().Count());
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal(A, client.Updates[^1]);
    }

    [Fact]
    public void An_append_whose_reply_is_lost_is_settled_by_its_own_entry_on_the_channel()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.Replying.Failure = new Backplane.BackplaneUnavailableException("The reply was lost.");
        client.Say(Update(A));
        Assert.Equal(A, client.Updates[^1]);
        world.Advance(60);
        Assert.Single(world.Backplane.Appends);
    }

    [Fact]
    public void An_append_that_never_arrived_is_repeated_until_it_does()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.Appending.Failure = new Backplane.BackplaneUnavailableException("Redis is away.");
        client.Say(Update(A));
        world.Advance(20);
        Assert.Single(client.Updates);
        Assert.Empty(world.Backplane.Entries(World.Name));
        world.Backplane.Appending.Failure = null;
        world.Advance(3);
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal(A, client.Updates[^1]);
    }

    [Fact]
    public void Reply_and_channel_bring_an_entry_twice_and_it_is_sent_once()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.Replying.IsShut = true;
        client.Say(Update(A));
        Assert.Equal(2, client.Updates.Count);
        world.Backplane.Replying.Open();
        world.Run();
        Assert.Equal(2, client.Updates.Count);
    }

    [Fact]
    public void A_bad_update_ends_its_connection_and_touches_no_other()
    {
        using var world = new World();
        var (bad, good) = (world.Client(), world.Client());
        bad.Say(Update(A), Update([1, 1, 1]));
        Assert.Equal(RefusalReason.BadUpdate, bad.Closed);
        Assert.Null(good.Closed);
        Assert.Empty(world.Backplane.Entries(World.Name));
        good.Say(Update(C));
        Assert.Equal(World.StateOf(C), world.Stored());
    }

    [Fact]
    public void Frames_that_come_together_become_one_append_up_to_the_bad_one()
    {
        using var world = new World();
        var (writer, other) = (world.Client(), world.Client());
        writer.SayTogether(Update(A), Update(B), [.. Update(C), .. Update([1, 1, 1])], Update(Typed(3, 0, "never")));
        Assert.Equal(RefusalReason.BadUpdate, writer.Closed);
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal(World.StateOf(A, B), other.Document.EncodeState());
    }

    [Fact]
    public void An_update_that_makes_the_document_too_large_is_refused_and_the_document_lives_on()
    {
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = 20_000 });
        var (big, small) = (world.Client(), world.Client());
        big.Say(Update(Typed(7, 0, new string('x', 50_000))));
        Assert.Equal(RefusalReason.DocumentTooLarge, big.Closed);
        small.Say(Update(A));
        Assert.Equal(World.StateOf(A), world.Stored());
    }

    [Fact]
    public void A_client_that_leaves_right_after_its_update_loses_nothing()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.Appending.IsShut = true;
        client.Say(Update(A));
        client.Say(Update(B));
        client.Leave();
        world.Advance(120);
        Assert.Equal(1, world.Sessions.Count);
        world.Backplane.Appending.Open();
        world.Run();
        world.Advance(120);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(World.StateOf(A, B), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void Twenty_thousand_small_updates_arrive_in_order_and_whole()
    {
        using var world = new World();
        var (writer, other) = (world.Client(), world.Client());
        for (ulong i = 0; i < 20_000; i += 1000)
        {
            writer.SayTogether([.. Enumerable.Range(0, 1000).Select(n => Update(Typed(5, i + (ulong)n, "x")))]);
        }

        Assert.Null(writer.Closed);
        Assert.Equal(world.Stored(), other.Document.EncodeState());
    }
}
