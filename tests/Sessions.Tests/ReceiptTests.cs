using Relay.Backplane;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What writers are told about their updates, and what those may do who only read.</summary>
public sealed class ReceiptTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(2, 0, "c");

    [Fact]
    public void A_writer_hears_that_its_update_is_logged_when_it_is_and_before_it_comes_back()
    {
        using var world = new World();
        var (writer, other) = (Writer(world), world.Client());
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(A));
        writer.Say(Step2(B));
        Assert.Equal(["step1", "step2"], writer.Got);
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(["step1", "step2", "accepted", "update", "accepted", "update"], writer.Got);
        Assert.DoesNotContain("accepted", other.Got);
    }

    [Fact]
    public void An_entry_of_many_updates_is_answered_for_each_of_them_to_its_own_writer()
    {
        using var world = new World();
        var (first, second) = (Writer(world), Writer(world));
        world.Backplane.Appending.IsShut = true;
        first.Say(Update(Typed(9, 0, "x")));
        first.Say(Update(A));
        second.Say(Update(C));
        first.Say(Update(B));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(2, world.Backplane.Entries(World.Name).Count);
        Assert.Equal(["accepted", "update", "accepted", "accepted", "update"], first.Got.Skip(2));
        Assert.Equal(["update", "accepted", "update"], second.Got.Skip(2));
    }

    [Fact]
    public void An_update_with_nothing_new_is_answered_at_once_and_does_not_come_back_where_there_are_receipts()
    {
        using var world = new World();
        var writer = Writer(world);
        writer.Say(Update(A));
        writer.Say(Update(A));
        writer.Say(Step2(A));
        Assert.Equal(["accepted", "update", "accepted", "accepted"], writer.Got.Skip(2));
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void What_could_be_answered_at_once_waits_for_what_came_before_it()
    {
        using var world = new World();
        var (writer, other) = (Writer(world), Writer(world));
        writer.Say(Update(A));
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(B));
        writer.Say(Update(A));
        writer.Say(Marker(7));
        other.Say(Update(A));
        Assert.Equal(["accepted", "update"], writer.Got.Skip(2));
        Assert.Equal("accepted", other.Got[^1]);
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(["accepted", "update", "accepted", "accepted", "marker 07", "update"], writer.Got.Skip(2));
        writer.Say(Marker(8));
        Assert.Equal("marker 08", writer.Got[^1]);
    }

    [Fact]
    public void An_update_that_was_sent_again_while_it_was_under_way_is_answered_twice_in_order()
    {
        using var world = new World();
        var writer = Writer(world);
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(A));
        writer.Say(Update(B), Marker(1));
        writer.Say(Update(A), Marker(2));
        writer.Say(Update(C), Marker(3));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(["accepted", "accepted", "marker 01", "accepted", "marker 02", "accepted", "marker 03"],
            writer.Got.Where(g => g[0] is 'a' or 'm'));
    }

    [Fact]
    public void What_another_one_has_logged_meanwhile_is_answered_after_what_came_before_it()
    {
        using var world = new World();
        var (other, writer) = (Writer(world), Writer(world));
        world.Backplane.Appending.IsShut = true;
        other.Say(Update(A));
        writer.Say(Update(C), Marker(1));
        writer.Say(Update(A), Marker(2));
        world.Backplane.Appending.LetOne();
        world.Run();
        Assert.Equal(1, world.Backplane.Appending.Waiting);
        Assert.Equal(["update"], writer.Got.Skip(2));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(["update", "accepted", "marker 01", "accepted", "marker 02", "update"], writer.Got.Skip(2));
    }

    [Theory]
    [InlineData("fails")]
    [InlineData("hangs")]
    public void While_the_log_is_away_nothing_is_answered_that_is_not_in_it(string outage)
    {
        using var world = new World();
        var (writer, other) = (Writer(world), world.Client());
        writer.Say(Update(A));
        world.Backplane.Appending.Failure = outage == "fails" ? new BackplaneUnavailableException("away") : null;
        world.Backplane.Appending.IsShut = outage == "hangs";
        writer.Say(Update(B), Marker(1));
        world.Advance(60);
        Assert.Equal(World.StateOf(A, B), other.Document.EncodeState());
        Assert.Equal(["accepted", "update"], writer.Got.Skip(2));
        world.Backplane.Appending.Failure = null;
        world.Backplane.Appending.Open();
        world.Advance(3);
        Assert.Equal(["accepted", "update", "accepted", "marker 01", "update"], writer.Got.Skip(2));
    }

    [Fact]
    public void A_receipt_comes_after_the_parts_of_an_answer_where_clients_take_it_for_the_end_of_their_first_sync()
    {
        using var world = new World(
            SessionDefaults.Value with { Sync = new AnswerSizes(600, 200, 0), SendBytes = 300 });
        var writer = world.Client();
        for (ulong i = 1; i <= 30; i++)
        {
            writer.Say(Update(Typed(i, 0, new string('x', 100))));
        }

        var format = ReceiptFormat.Asking;
        var late = new TestConnection(world.Context, world.Sessions, World.Name)
        {
            Format = format,
            IsStuck = true
        }.Join();
        late.Say(Step1());
        late.Say(Step2(Typed(99, 0, "y")));
        while (late.IsSending)
        {
            late.Drain();
        }

        Assert.Equal(["step1", "update"], late.Got.Take(2));
        Assert.Equal(["step2", "accepted", "update"], late.Got.TakeLast(3));
    }

    [Fact]
    public void Of_many_receipts_that_wait_for_parts_only_the_first_ones_do_not_count_as_waiting()
    {
        using var world = new World(
            SessionDefaults.Value with { Sync = new AnswerSizes(600, 200, 0), SendBytes = 300 });
        var writer = world.Client();
        for (ulong i = 1; i <= 30; i++)
        {
            writer.Say(Update(Typed(i, 0, new string('x', 100))));
        }

        var late = new TestConnection(world.Context, world.Sessions, World.Name)
        {
            Format = ReceiptFormat.Asking,
            IsStuck = true,
        }.Join();
        late.Say(Step1());
        var settled = late.Settled;
        for (var i = 0; i < 3000; i++)
        {
            late.Say(Update([0, 0]));
        }

        var bytes = Update([0, 0]).Length;
        Assert.InRange(late.Settled - settled, 1, 1000 * bytes);
        while (late.IsSending)
        {
            late.Drain();
        }

        Assert.Equal(settled + (3000 * bytes), late.Settled);
        Assert.Equal(3000, late.Got.Count(kind => kind == "accepted"));
    }

    [Fact]
    public void Messages_count_as_waiting_until_their_receipt_goes_out()
    {
        using var world = new World();
        var writer = Writer(world);
        var settled = writer.Settled;
        writer.IsStuck = true;
        writer.Say(Update(A));
        writer.Say(Update(B));
        writer.Say(Update(A));
        Assert.Equal(settled + Update(A).Length, writer.Settled);
        writer.Drain();
        writer.IsStuck = false;
        Assert.Equal(settled + (2 * Update(A).Length) + Update(B).Length, writer.Settled);
    }

    [Fact]
    public void A_reader_changes_nothing_and_is_told_so()
    {
        using var world = new World();
        var writer = Writer(world);
        writer.Say(Update(A));
        var reader = world.Client(access: AccessLevel.Read, format: ReceiptFormat.Instance);
        Assert.Equal(World.StateOf(A), reader.Document.EncodeState());
        reader.Say(Update(A));
        reader.Say(Update(B));
        reader.Say(Step2(A));
        reader.Say(Step2(B));
        reader.Say(Step2([0, 0]));
        Assert.Equal(["refused", "refused", "accepted", "refused", "accepted"], reader.Got.Skip(2));
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Null(reader.Closed);
        reader.Say(Presence((9, 1, "{}")));
        Assert.Contains(9UL, writer.Presence.Keys);
        writer.Say(Update(B));
        Assert.Equal(World.StateOf(A, B), reader.Document.EncodeState());
    }

    [Fact]
    public void A_reader_that_cannot_be_told_stays_connected_and_its_updates_are_dropped()
    {
        using var world = new World(SessionDefaults.Value with { MaxDocumentBytes = 1 });
        var reader = world.Client(access: AccessLevel.Read);
        reader.Say(Update(A));
        reader.Say(Step2(A));
        Assert.Null(reader.Closed);
        Assert.Equal(["step1", "step2"], reader.Got);
        Assert.Equal(Update(A).Length + Step2(A).Length + Step1().Length, reader.Settled);
        Assert.Empty(world.Backplane.Appends);
    }

    [Fact]
    public void Access_changes_for_what_comes_after_and_not_for_what_was_accepted_before()
    {
        using var world = new World();
        var client = Writer(world);
        world.Backplane.Appending.IsShut = true;
        client.Say(Update(A));
        client.Attachment.ChangeAccess(AccessLevel.Read);
        client.Say(Update(B));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(["accepted", "refused", "update"], client.Got.Skip(2));
        client.Attachment.ChangeAccess(AccessLevel.Write);
        client.Say(Update(B));
        Assert.Equal(World.StateOf(A, B), world.Stored());
    }

    [Fact]
    public void Whatever_happens_every_message_is_answered_once_in_order_and_only_what_is_logged_is_accepted()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : 20261121;
        for (var round = 0; round < 200; round++)
        {
            var trial = new ReceiptTrial(seed + round);
            var failure = Record.Exception(trial.Run);
            Assert.True(failure is null, $"Seed {seed + round}: {failure}");
        }
    }

    private static TestConnection Writer(World world) => world.Client(format: ReceiptFormat.Instance);
}
