using Relay.Backplane;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What holds for the sessions of every content.</summary>
public abstract class SessionSpecification : StoredContentSpecification
{
    [Fact]
    public void A_newcomer_is_sent_what_was_written_and_then_what_is_written()
    {
        using var world = NewWorld();
        var writer = world.Client();
        writer.Say(Update(Written(1, 0)));
        writer.Say(Update(Written(1, 1)));
        var newcomer = world.Client();
        Assert.True(newcomer.IsSynced);
        Has(newcomer, Written(1, 0), Written(1, 1));

        writer.Say(Update(Written(1, 2)));
        newcomer.Say(Update(Written(2, 0)));
        byte[][] all = [Written(1, 0), Written(1, 1), Written(1, 2), Written(2, 0)];
        Has(writer, all);
        Has(newcomer, all);
        Assert.Equal(StateOf(all), world.Stored());
        Assert.Equal(4, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void A_newcomer_of_a_document_without_entries_is_sent_the_empty_update()
    {
        using var world = NewWorld();
        Assert.Equal(Kind.EmptyUpdate.ToArray(), Assert.Single(world.Client().Updates));
    }

    [Fact]
    public void A_client_that_comes_back_is_sent_only_what_it_lacks()
    {
        using var world = NewWorld();
        world.Client().Say(Update(Written(1, 0)), Update(Written(2, 0)));
        var back = new TestConnection(world.Context, world.Sessions, World.Name) { Document = Kind.Create() }.Join();
        Apply(back.Document, Written(1, 0));
        back.Say(Step1(back.Document.EncodeStateVector()));
        Has(back, Written(1, 0), Written(2, 0));
        Assert.Equal(Written(2, 0), Assert.Single(back.Updates));
    }

    [Fact]
    public void An_update_is_acknowledged_when_it_is_logged_and_not_before()
    {
        using var world = NewWorld();
        var writer = Opened(world, ReceiptFormat.Instance);
        var other = world.Client();
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(Written(1, 0)));
        Assert.DoesNotContain("accepted", writer.Got);
        Has(other);

        world.Backplane.Appending.Open();
        world.Run();
        Assert.Single(writer.Got, "accepted");
        Has(other, Written(1, 0));
    }

    [Fact]
    public void What_waits_for_an_append_becomes_one_entry_of_which_each_part_is_acknowledged()
    {
        using var world = NewWorld();
        var writer = Opened(world, ReceiptFormat.Instance);
        var other = Opened(world, ReceiptFormat.Instance);
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(Written(1, 0)));
        writer.Say(Update(Written(1, 1)));
        other.Say(Update(Written(2, 0)));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(2, world.Backplane.Entries(World.Name).Count);
        Assert.Equal(2, writer.Got.Count(got => got == "accepted"));
        Assert.Single(other.Got, "accepted");
        Has(writer, Written(1, 0), Written(1, 1), Written(2, 0));
        Has(other, Written(1, 0), Written(1, 1), Written(2, 0));
    }

    [Fact]
    public void Nothing_new_is_acknowledged_and_needs_no_entry()
    {
        using var world = NewWorld();
        world.Client().Say(Update(Written(1, 0)));
        var again = Opened(world, ReceiptFormat.Instance);
        again.Say(Update(Written(1, 0)));
        again.Say(Update(Kind.EmptyUpdate.ToArray()));
        Assert.Equal(2, again.Got.Count(got => got == "accepted"));
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void What_was_in_flight_when_its_client_came_back_is_logged_once()
    {
        using var world = NewWorld();
        var writer = world.Client();
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(Written(1, 0)));
        writer.Leave(clean: false);
        var back = Opened(world, ReceiptFormat.Instance);
        back.Say(Update(Written(1, 0)));
        back.Say(Update(Written(1, 1)));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(2, back.Got.Count(got => got == "accepted"));
        Assert.Equal(
            [Written(1, 0), Written(1, 1)],
            world.Backplane.Entries(World.Name).Select(entry => entry.Payload.ToArray()));
    }

    [Fact]
    public void Bytes_that_do_not_read_end_their_connection_and_no_other()
    {
        using var world = NewWorld();
        var (hostile, other) = (world.Client(), world.Client());
        hostile.Say(Update(Written(1, 0)), Update(Foreign));
        Assert.Equal(RefusalReason.BadUpdate, hostile.Closed);
        Assert.Null(other.Closed);
        Assert.Empty(world.Backplane.Entries(World.Name));
        other.Say(Step1(Foreign));
        Assert.Equal(RefusalReason.BadMessage, other.Closed);
    }

    [Fact]
    public void A_reader_is_served_and_changes_nothing()
    {
        using var world = NewWorld();
        var reader = world.Client(access: AccessLevel.Read, format: ReceiptFormat.Instance);
        world.Client().Say(Update(Written(1, 0)));
        Has(reader, Written(1, 0));
        reader.Say(Step2(Written(1, 0)));
        reader.Say(Update(Written(2, 0)));
        Assert.Equal(["accepted", "refused"], reader.Got.Where(got => got is "accepted" or "refused"));
        Assert.Equal(StateOf(Written(1, 0)), world.Stored());
    }

    [Fact]
    public void A_document_that_is_full_takes_no_more()
    {
        using var world = NewWorld(settings => settings with { MaxDocumentBytes = 3000 });
        byte number = 0;
        TestConnection writer;
        do
        {
            Assert.True(number < byte.MaxValue, "It is never full.");
            writer = world.Client();
            writer.Say(Update(Written(++number, 0)));
        }
        while (writer.Closed is null);

        Assert.Equal(RefusalReason.DocumentTooLarge, writer.Closed);
        Assert.Equal(number - 1, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void A_connection_that_reads_late_gets_all_that_it_missed()
    {
        using var world = NewWorld(settings => settings with { DeliveryBytes = 200 });
        var (writer, slow) = (world.Client(), world.Client());
        slow.IsStuck = true;
        var all = Enumerable.Range(0, 40).Select(i => Written((byte)(1 + (i % 3)), (byte)(i / 3))).ToArray();
        foreach (var update in all)
        {
            writer.Say(Update(update));
        }

        var before = slow.Updates.Count;
        slow.IsStuck = false;
        slow.Drain();
        Has(slow, all);
        Assert.True(slow.Updates.Count - before < 20, "It was sent every entry.");
    }

    /// <summary>Every content goes on while the log is away, and appends what it has shown when it is back.</summary>
    [Fact]
    public void Without_a_log_clients_of_a_node_go_on_among_themselves_until_it_is_back()
    {
        using var world = NewWorld();
        var writer = Opened(world, ReceiptFormat.Instance);
        var other = world.Client();
        writer.Say(Update(Written(1, 0)));
        world.Backplane.Appending.Failure = new BackplaneUnavailableException("Away.");
        writer.Say(Update(Written(1, 1)));
        world.Advance(5);
        other.Say(Update(Written(2, 0)));

        // Its own is not echoed: that would acknowledge it.
        Has(other, Written(1, 0), Written(1, 1));
        Has(world.Client(), Written(1, 0), Written(1, 1), Written(2, 0));
        Assert.Single(writer.Got, "accepted");
        Assert.Single(world.Backplane.Entries(World.Name));

        world.Backplane.Appending.Failure = null;
        world.Advance(10);
        Assert.Equal(2, writer.Got.Count(got => got == "accepted"));
        Has(writer, Written(1, 0), Written(1, 1), Written(2, 0));
        Assert.Equal(StateOf(Written(1, 0), Written(1, 1), Written(2, 0)), world.Stored());
    }
}
