using Relay.Backplane;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>The log does not answer, and people go on writing.</summary>
public sealed class UnloggedTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(2, 0, "c");

    public static TheoryData<string> Outages => new("fails", "hangs");

    [Theory]
    [MemberData(nameof(Outages))]
    public void After_a_grace_the_others_on_the_node_see_it_and_its_writer_hears_nothing(string outage)
    {
        using var world = new World();
        var (writer, other) = (world.Client(), world.Client());
        Cut(world, outage);
        var settled = writer.Settled;
        writer.Say(Update(A));
        Assert.DoesNotContain(other.Updates, u => u.AsSpan().SequenceEqual(A));
        world.Advance(5);
        Assert.Equal(World.StateOf(A), other.Document.EncodeState());

        // From now on at once, in both directions.
        writer.Say(Update(B));
        other.Say(Update(C));
        Assert.Equal(World.StateOf(A, B), other.Document.EncodeState());
        Assert.Equal(World.StateOf(C), writer.Document.EncodeState());
        Assert.Equal(settled, writer.Settled);
        Assert.Empty(world.Backplane.Entries(World.Name));

        Heal(world);
        Assert.Equal(World.StateOf(A, B, C), writer.Document.EncodeState());
        Assert.Equal(World.StateOf(A, B, C), other.Document.EncodeState());
        Assert.Equal(World.StateOf(A, B, C), world.Stored());
        Assert.True(writer.Settled > settled);
    }

    [Fact]
    public void Newcomers_see_it_and_a_writer_that_comes_back_is_not_told_its_own()
    {
        using var world = new World();
        var writer = world.Client();
        Cut(world, "fails");
        writer.Say(Update(A));
        world.Advance(5);
        var newcomer = world.Client();
        Assert.Equal(World.StateOf(A), newcomer.Document.EncodeState());

        writer.Leave(clean: false);
        var back = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        back.Say(Step1(1, 1, 1));
        Assert.True(back.IsSynced);
        Assert.Equal(World.StateOf(), back.Document.EncodeState());
        back.Say(Step2(A));
        Heal(world);
        Assert.Equal(World.StateOf(A), world.Stored());
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void It_is_in_no_snapshot_and_marked_in_what_peers_are_told()
    {
        using var world = new World();
        var writer = world.Client();
        writer.Say(Update(A));
        Cut(world, "fails");
        writer.Say(Update(B));
        world.Advance(61);
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
        PeerState? told = null;
        Assert.True(world.Sessions.TryShare(World.Name, state => told = state));
        Assert.Equal(World.StateOf(A), told!.Document.ToArray());
        Assert.Equal(B, told.Unlogged.ToArray());
    }

    [Fact]
    public void A_slow_reader_gets_what_it_missed()
    {
        using var world = new World(SessionDefaults.Value with { DeliveryBytes = 100 });
        var (writer, slow) = (world.Client(), world.Client());
        slow.IsStuck = true;
        Cut(world, "fails");
        writer.Say(Update(A));
        world.Advance(5);
        for (ulong i = 1; i < 100; i++)
        {
            writer.Say(Update(Typed(1, i, "x")));
        }

        slow.IsStuck = false;
        slow.Drain();
        Heal(world);
        Assert.Equal(world.Stored(), slow.Document.EncodeState());
        Assert.Equal(world.Stored(), writer.Document.EncodeState());
    }

    [Fact]
    public void A_session_whose_clients_have_left_stays_until_the_log_has_it()
    {
        using var world = new World();
        var writer = world.Client();
        Cut(world, "fails");
        writer.Say(Update(A));
        writer.Leave();
        world.Advance(600);
        Assert.Equal(1, world.Sessions.Count);
        Heal(world);
        world.Advance(60);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(World.StateOf(A), world.Stored());
    }

    [Fact]
    public void A_busy_log_that_answers_is_no_outage()
    {
        using var world = new World();
        var (writer, other) = (world.Client(), world.Client());
        world.Backplane.Replying.IsShut = true;
        world.Backplane.IsHushed = true;
        for (ulong i = 0; i < 50; i++)
        {
            writer.Say(Update(Typed(1, i, "x")));
            world.Advance(0.3);
            world.Backplane.Replying.LetOne();
            world.Run();
        }

        Assert.Equal(world.Backplane.Entries(World.Name).Count, other.Updates.Count(u => u.Length > 2));
    }

    [Fact]
    public void Who_was_shown_it_and_falls_behind_is_sent_no_part_that_takes_effect_early()
    {
        using var world = new World(
            SessionDefaults.Value with { Sync = new AnswerSizes(600, 200, 0), DeliveryBytes = 800, SendBytes = 300 });
        var (one, two, reader) = (world.Client(), world.Client(), world.Client());
        Cut(world, "fails");
        one.Say(Update(Typed(1, 0, "aaaa")));
        world.Advance(5);
        reader.IsStuck = true;
        two.Say(Update(C));
        Assert.True(reader.IsSending);
        Heal(world);
        Assert.Equal(World.StateOf(Typed(1, 0, "aaaa"), C), world.Stored());
        for (ulong i = 0; i < 30; i++)
        {
            one.Say(Update(Typed(1, 4 + (i * 100), new string('y', 100))));
        }

        one.Say(Update(Deleted(1, 100)));
        var shown = new ShownStates();
        reader.Updates.ForEach(update => shown.Take(update));
        var before = reader.Updates.Count;
        while (reader.IsSending)
        {
            reader.Drain();
        }

        Assert.Equal(1, reader.Updates.Skip(before).Count(shown.Take));
        Assert.Equal(world.Stored(), shown.Shown.EncodeState());
    }

    [Fact]
    public void A_question_behind_ones_own_update_is_answered_while_the_log_is_away()
    {
        using var world = new World();
        var (client, other) = (world.Client(), world.Client());
        Cut(world, "fails");
        other.Say(Update(C));
        world.Advance(5);
        client.IsStuck = true;
        other.Say(Update(Typed(2, 1, "c")));
        Assert.True(client.IsSending);
        client.Say(Update(A));
        client.Say(Step1());
        client.IsStuck = false;
        client.Drain();
        Assert.Equal(2, client.Got.Count(kind => kind == "step2"));
    }

    private static void Cut(World world, string outage)
    {
        if (outage == "fails")
        {
            world.Backplane.Appending.Failure = new BackplaneUnavailableException("Away.");
        }
        else
        {
            world.Backplane.Appending.IsShut = true;
        }
    }

    private static void Heal(World world)
    {
        world.Backplane.Appending.Failure = null;
        world.Backplane.Appending.Open();
        world.Advance(5);
    }
}
