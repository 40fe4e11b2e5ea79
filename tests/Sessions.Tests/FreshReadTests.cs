using Relay.Backplane;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What was acknowledged before a request is in its answer, whatever the channel did.</summary>
public sealed class FreshReadTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(2, 0, "b");
    private static readonly byte[] C = Typed(3, 0, "c");

    [Fact]
    public void What_one_node_acknowledged_is_in_the_next_answer_of_another_whose_channel_lost_it()
    {
        using var world = new World();
        world.Client();
        var writer = world.Client(node: 1);
        world.Backplane.IsHushed = true;
        writer.Say(Update(A));
        Assert.Equal(World.StateOf(A), writer.Document.EncodeState());
        Assert.Equal(World.StateOf(A), Read(world).State);
    }

    [Fact]
    public void An_answer_takes_from_the_log_what_came_after_its_request_had_to_wait()
    {
        using var world = new World();
        world.Client();
        world.Backplane.IsHushed = true;
        world.Backplane.Answering.IsShut = true;
        var first = Begin(world);
        world.Backplane.AppendElsewhere(World.Name, 1, A);
        var second = Begin(world);
        Assert.False(first.IsAnswered || second.IsAnswered);

        // The first look began before the entry was there: it answers the first request alone.
        world.Backplane.Answering.LetOne();
        world.Run();
        Assert.True(first.IsAnswered);
        Assert.False(second.IsAnswered);
        world.Backplane.Answering.Open();
        world.Run();
        Assert.Equal(World.StateOf(A), second.State);
    }

    [Fact]
    public void Requests_that_come_while_the_log_is_looked_at_share_the_next_look()
    {
        using var world = new World();
        world.Client();
        var before = world.Backplane.Reading.Calls;
        world.Backplane.Reading.IsShut = true;
        var all = Enumerable.Range(0, 10).Select(_ => Begin(world)).ToArray();
        world.Backplane.Reading.Open();
        world.Run();
        Assert.All(all, request => Assert.True(request.IsAnswered));
        Assert.Equal(2, world.Backplane.Reading.Calls - before);
    }

    [Fact]
    public void A_request_that_comes_during_a_load_has_what_was_acknowledged_after_the_load_read_the_log()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 1, A);
        world.Backplane.Answering.IsShut = true;
        world.Client();
        world.Backplane.IsHushed = true;
        world.Backplane.AppendElsewhere(World.Name, 2, B);
        var request = Begin(world);
        world.Backplane.Answering.Open();
        world.Run();
        Assert.Equal(World.StateOf(A, B), request.State);
    }

    [Fact]
    public void So_it_is_if_more_came_during_the_load_than_is_held()
    {
        using var world = new World(SessionDefaults.Value with { HeldBytes = 1 });
        world.Backplane.AppendElsewhere(World.Name, 1, A);
        world.Backplane.Answering.IsShut = true;
        world.Client();
        world.Backplane.AppendElsewhere(World.Name, 2, B);
        var request = Begin(world);
        world.Backplane.Answering.Open();
        world.Run();
        Assert.Equal(World.StateOf(A, B), request.State);
    }

    [Fact]
    public void A_document_that_is_being_left_answers_with_what_was_acknowledged()
    {
        using var world = new World(SessionDefaults.Value with { IdleTimeout = TimeSpan.Zero });
        var client = world.Client();
        client.Say(Update(A));
        world.Locator.Removing.IsShut = true;
        client.Leave();
        world.Advance(1);
        world.Backplane.IsHushed = true;
        world.Backplane.AppendElsewhere(World.Name, 2, B);
        var request = Begin(world);
        world.Locator.Removing.Open();
        world.Run();
        Assert.Equal(World.StateOf(A, B), request.State);
        world.Advance(60);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(0, world.Backplane.Subscriptions);
    }

    [Fact]
    public void While_the_log_is_away_nothing_stale_is_answered()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("Away.");
        Assert.Equal(RefusalReason.StoreUnavailable, Read(world).Reason);
        world.Backplane.Reading.Failure = null;
        Assert.Equal(World.StateOf(A), Read(world).State);
    }

    [Fact]
    public void A_log_that_was_lost_and_begun_anew_elsewhere_is_in_the_answer_beside_what_this_node_has()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.IsHushed = true;
        world.Backplane.Lose(World.Name);
        world.Backplane.AppendElsewhere(World.Name, 9, B);
        var request = Begin(world);
        world.Advance(2);
        Assert.Equal(World.StateOf(A, B), request.State);
    }

    [Fact]
    public void A_request_that_comes_while_everything_is_read_anew_has_what_was_acknowledged_by_then()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.IsHushed = true;
        world.Backplane.Lose(World.Name);
        world.Backplane.AppendElsewhere(World.Name, 9, B);
        world.Backplane.Interrupt();
        world.Backplane.Answering.IsShut = true;
        world.Run();
        world.Advance(2);
        world.Backplane.AppendElsewhere(World.Name, 10, C);
        var request = Begin(world);
        world.Backplane.Answering.Open();
        world.Run();
        world.Advance(2);
        Assert.Equal(World.StateOf(A, B, C), request.State);
    }

    [Fact]
    public void A_deletion_that_the_channel_lost_is_the_answer()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.IsHushed = true;
        world.Delete();
        var request = Begin(world);
        world.Advance(2);
        Assert.Equal(RefusalReason.DocumentDeleted, request.Reason);
    }

    [Fact]
    public void An_expired_log_is_no_reason_to_refuse_what_a_snapshot_covers()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Advance(61);
        world.Backplane.Lose(World.Name);
        Assert.Equal(World.StateOf(A), Read(world).State);
    }

    [Fact]
    public void An_entry_that_comes_while_the_log_is_read_waits_for_the_one_that_the_channel_lost()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.Answering.IsShut = true;
        world.Backplane.Interrupt();
        world.Run();
        world.Backplane.IsHushed = true;
        world.Backplane.AppendElsewhere(World.Name, 1, A);
        world.Backplane.IsHushed = false;
        world.Backplane.AppendElsewhere(World.Name, 2, B);
        world.Run();
        world.Backplane.Answering.Open();
        world.Run();
        world.Advance(1);
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
    }

    private static (byte[]? State, RefusalReason? Reason) Read(World world)
    {
        var request = Begin(world);
        Assert.True(request.IsAnswered);
        return (request.State, request.Reason);
    }

    private static Request Begin(World world)
    {
        var request = new Request();
        Assert.True(world.Sessions.TryRead(World.Name, (state, reason) =>
        {
            Assert.False(request.IsAnswered);
            request.State = state;
            request.Reason = reason;
        }));
        world.Run();
        return request;
    }

    private sealed class Request
    {
        public byte[]? State { get; set; }

        public RefusalReason? Reason { get; set; }

        public bool IsAnswered => Reason is not null;
    }
}
