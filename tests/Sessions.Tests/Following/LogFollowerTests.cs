using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>How a document follows its log; without a session around it.</summary>
public sealed class LogFollowerTests
{
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(60);

    [Fact]
    public void An_entry_that_follows_is_applied_and_delivered()
    {
        using var world = new FollowerWorld().Load();
        world.Hear(world.Append("a"));
        Assert.Equal(["deliver", "applied 2"], world.Told);
        Assert.Equal(world.Logged(), world.Content.Encode());
    }

    [Fact]
    public void The_own_entry_settles_the_append_once_however_often_it_comes()
    {
        using var world = new FollowerWorld().Load();
        var entry = world.Append("a");
        world.InFlight = new InFlightAppend(entry.Position.Id, Position.None, entry.Payload, [], 0);
        world.Hear(entry);
        world.Hear(entry);
        Assert.Equal(["settle", "applied 2"], world.Told);
    }

    [Fact]
    public void The_own_entry_needs_no_payload_while_it_is_in_flight()
    {
        using var world = new FollowerWorld().Load();
        var entry = world.Append("a");
        world.InFlight = new InFlightAppend(entry.Position.Id, Position.None, entry.Payload, [], 0);
        world.HearOwn(entry);
        world.HearOwn(entry);
        Assert.Equal(["settle", "applied 2"], world.Told);
        Assert.Equal(world.Logged(), world.Content.Encode());
        Assert.Equal(0, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void An_own_entry_whose_append_was_given_up_is_read_from_the_log()
    {
        using var world = new FollowerWorld().Load();
        world.HearOwn(world.Append("a"));
        Assert.Equal(["deliver", "applied 2"], world.Told);
        Assert.Equal(world.Logged(), world.Content.Encode());

        // Another entry stands where the document has one: it follows another history than the log's.
        world.Told.Clear();
        world.Backplane.CutTo(World.Name, 1);
        world.HearOwn(world.Append("b"));
        Assert.Contains("rebased", world.Told);
    }

    [Fact]
    public void An_own_entry_whose_append_was_given_up_is_read_after_the_reconcile_that_gave_it_up()
    {
        using var world = new FollowerWorld().Load();
        world.Backplane.Answering.IsShut = true;
        world.Bench.Do(world.Follower.Reconcile);
        world.HearOwn(world.Append("a"));
        Assert.Empty(world.Told);
        world.Backplane.Answering.Open();
        world.Bench.Steps.Run();
        Assert.Equal(2, world.Follower.Position.Offset);
        Assert.Equal(world.Logged(), world.Content.Encode());
    }

    [Fact]
    public void An_entry_from_beyond_waits_for_those_before_it()
    {
        using var world = new FollowerWorld().Load();
        var (second, third) = (world.Append("a"), world.Append("b"));
        world.Hear(third);
        Assert.Empty(world.Told);
        Assert.True(world.Follower.AheadBytes > 0);
        world.Hear(second);
        Assert.Equal(["deliver", "applied 2", "deliver", "applied 3"], world.Told);
        Assert.Equal(0, world.Follower.AheadBytes);
        world.Bench.Advance(Gap);
        Assert.Equal(0, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void A_hole_that_the_channel_does_not_fill_is_read_from_the_log()
    {
        using var world = new FollowerWorld().Load();
        world.Append("a");
        world.Hear(world.Append("b"));
        world.Bench.Advance(Gap);
        Assert.Equal(3, world.Follower.Position.Offset);
        Assert.Equal(world.Logged(), world.Content.Encode());
        Assert.False(world.Follower.IsBusy);
    }

    [Fact]
    public void An_entry_that_waited_and_that_a_read_did_not_reach_is_of_a_lost_history()
    {
        using var world = new FollowerWorld().Load();
        var entry = world.Append("a");
        var at = new Position(entry.Position.Epoch, 9, new EntryId(0x99));
        world.Hear(entry with { Position = at, Previous = new EntryId(0x98) });
        world.Bench.Advance(Gap);
        Assert.Equal(2, world.Follower.Position.Offset);
        Assert.Equal(0, world.Follower.AheadBytes);
        world.Bench.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void An_entry_that_arrived_during_a_read_still_waits()
    {
        using var world = new FollowerWorld().Load();
        world.Backplane.Answering.IsShut = true;
        world.Bench.Do(world.Follower.OnInterrupted);
        world.Append("a");
        world.Hear(world.Append("b"));
        world.Backplane.Answering.Open();
        world.Bench.Steps.Run();
        Assert.True(world.Follower.AheadBytes > 0);
        world.Bench.Advance(Gap);
        Assert.Equal(3, world.Follower.Position.Offset);
        Assert.Equal(0, world.Follower.AheadBytes);
    }

    [Fact]
    public void A_read_that_fails_is_repeated()
    {
        using var world = new FollowerWorld().Load();
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("away");
        world.Append("a");
        world.Bench.Do(world.Follower.OnInterrupted);
        Assert.Empty(world.Told);
        world.Backplane.Reading.Failure = null;
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, world.Follower.Position.Offset);
    }

    [Fact]
    public void An_interruption_during_a_read_has_the_log_read_once_more()
    {
        using var world = new FollowerWorld().Load();
        world.Backplane.Answering.IsShut = true;
        world.Bench.Do(world.Follower.OnInterrupted);
        world.Append("a");
        world.Bench.Do(world.Follower.OnInterrupted);
        world.Backplane.Answering.Open();
        world.Bench.Steps.Run();
        Assert.Equal(2, world.Follower.Position.Offset);
        Assert.Equal(2, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void What_arrives_during_a_load_is_held_and_what_was_too_much_is_read()
    {
        using var world = new FollowerWorld(SessionDefaults.Value with { HeldBytes = 150 });
        var first = world.Append("");
        var later = new[] { world.Append("a"), world.Append("b"), world.Append("c") };
        foreach (var entry in later)
        {
            world.Hear(entry);
        }

        Assert.Empty(world.Told);
        world.Bench.Do(() =>
        {
            world.IsOpen = true;
            world.Follower.Begin(world.StateAt(first.Position));
            world.Follower.ReleaseHeld();
        });
        Assert.Equal(4, world.Follower.Position.Offset);
        Assert.Equal(1, world.Backplane.Reading.Calls);
    }

    [Theory]
    [InlineData("epoch")]
    [InlineData("id before")]
    [InlineData("id")]
    public void An_entry_that_does_not_fit_has_the_session_reconcile(string what)
    {
        using var world = new FollowerWorld().Load();
        var entry = world.Append("a");
        var at = entry.Position;
        world.Hear(what switch
        {
            "epoch" => entry with { Position = new Position(at.Epoch + 1, 1, at.Id) },
            "id before" => entry with { Previous = new EntryId(77) },
            _ => entry with { Position = new Position(at.Epoch, 1, new EntryId(77)) },
        });
        Assert.Equal(["rebased", "reconciled"], world.Told);
        Assert.Equal(2, world.Follower.Position.Offset);
        Assert.Equal(world.Logged(), world.Content.Encode());
    }

    [Fact]
    public void A_log_that_was_lost_has_what_the_document_has_of_it_appended_again()
    {
        using var world = new FollowerWorld().Load();
        world.Hear(world.Append("lost"));
        world.Backplane.Lose(World.Name);
        world.Hear(world.Append("new"));
        Assert.Contains("rebased", world.Told);
        Assert.False(world.Lacking.IsEmpty);
        Assert.Equal(1, world.Follower.Position.Offset);
    }

    [Fact]
    public void What_arrives_during_a_reconcile_is_applied_after_it()
    {
        using var world = new FollowerWorld().Load();
        world.Backplane.Answering.IsShut = true;
        world.Bench.Do(world.Follower.Reconcile);
        Assert.True(world.Follower.IsReconciling);
        var entry = world.Append("a");
        world.Hear(entry);
        Assert.Empty(world.Told);
        world.Backplane.Answering.Open();
        world.Bench.Steps.Run();
        Assert.Equal(["rebased", "deliver", "applied 2", "reconciled"], world.Told);
    }

    [Fact]
    public void A_reconcile_that_fails_is_repeated_and_two_have_a_pause_between_them()
    {
        using var world = new FollowerWorld().Load();
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("away");
        world.Bench.Do(world.Follower.Reconcile);
        Assert.Equal([$"failed {RefusalReason.StoreUnavailable}"], world.Told);
        world.Backplane.Reading.Failure = null;
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("reconciled", world.Told[^1]);

        world.Told.Clear();
        world.Bench.Do(world.Follower.Reconcile);
        Assert.Empty(world.Told);
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("reconciled", world.Told[^1]);
    }

    [Fact]
    public void A_reconcile_waits_for_its_turn_on_the_node_and_gives_it_back_when_the_session_is_closed()
    {
        using var world = new FollowerWorld().Load();
        world.Gate.Enter(() => { });
        world.Bench.Do(world.Follower.Reconcile);
        Assert.Equal(0, world.Backplane.Reading.Calls);
        world.Bench.Close();
        world.Gate.Leave();
        world.Bench.Steps.Run();
        var isTurn = false;
        world.Gate.Enter(() => isTurn = true);
        Assert.True(isTurn);
        Assert.Equal(0, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void A_deletion_and_an_entry_that_does_not_read_end_the_session()
    {
        using var deleted = new FollowerWorld().Load();
        deleted.Hear(deleted.Append("", EntryKind.Deleted));
        deleted.Hear(deleted.Append("a"));
        Assert.Equal([$"end {RefusalReason.DocumentDeleted}"], deleted.Told);

        using var bad = new FollowerWorld().Load();
        bad.Hear(bad.Append("a") with { Payload = new byte[] { 9, 9 } });
        Assert.Equal([$"end {RefusalReason.DocumentUnreadable}"], bad.Told);
    }

    [Fact]
    public void Requests_are_answered_by_a_look_that_began_after_they_came()
    {
        using var world = new FollowerWorld().Load();
        var answers = new List<string>();
        world.Backplane.Answering.IsShut = true;
        world.Bench.Do(() =>
        {
            world.Requests.Add(reason => answers.Add($"first {reason}"));
            world.Follower.LookForRequests();
        });
        world.Bench.Do(() =>
        {
            world.Requests.Add(reason => answers.Add($"second {reason}"));
            world.Follower.LookForRequests();
        });
        world.Backplane.Answering.LetOne();
        world.Bench.Steps.Run();
        Assert.Equal(["first None"], answers);
        world.Backplane.Answering.LetOne();
        world.Bench.Steps.Run();
        Assert.Equal(["first None", "second None"], answers);
    }
}
