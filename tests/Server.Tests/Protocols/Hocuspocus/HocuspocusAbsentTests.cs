using Relay.Connections;
using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Protocols.Hocuspocus.SampleFrames;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What is said to documents that are not open, and how their providers are brought back.</summary>
public sealed class HocuspocusAbsentTests
{
    private const int MaxDocuments = 1000;

    private const string Ask = "01640200";
    private const string Question = "016400000100";
    private const string NothingNew = "01640001020000";
    private const string Acknowledged = "01640801";
    private const string Leave = "016407";

    private static readonly string NeedsToken = "01640201" + Text(AbsentAnswers.TokenMissing);

    [Fact]
    public void Every_message_in_every_state_has_an_answer_and_what_is_sent_to_no_open_document_is_never_ignored()
    {
        foreach (var state in Enum.GetValues<AddressState>())
        {
            foreach (var kind in Enum.GetValues<HocuspocusMessageKind>())
            {
                var answer = HocuspocusRules.AnswerTo(state, kind);
                var mayIgnore = kind is HocuspocusMessageKind.Unknown or HocuspocusMessageKind.Goodbye;
                Assert.True(mayIgnore || answer != FrameAnswer.Ignore, $"{kind} in {state}");
                Assert.True(state == AddressState.Open || answer is not (
                    FrameAnswer.HandIn or FrameAnswer.Leave or FrameAnswer.Renew));
            }
        }
    }

    [Fact]
    public void A_provider_that_replaced_another_one_before_the_socket_was_open_gets_its_document_back()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Say(Token("d", "write"), Question, Leave);
        client.Take();
        world.Advance(0.2);
        Assert.Empty(client.Take());
        world.Advance(0.1);
        Assert.Equal([Ask], client.Take());

        // It answers with its token and nothing else; the node asks in its place.
        client.Say(Token("d", "write"));
        Assert.Equal([Opened], client.Take());
        world.Advance(0.2);
        Assert.Equal([Question, NothingNew], client.Take());
        client.Say(Step2("d", A));
        Assert.Equal([Acknowledged, UpdateA], client.Take());
    }

    [Fact]
    public void Updates_to_a_document_that_another_provider_closed_wait_for_the_token_and_are_acknowledged()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Say(Token("d", "write"), Question, Leave);
        client.Take();
        client.Say(UpdateA);
        Assert.Equal([Ask], client.Take());
        client.Say(Update("d", B));
        Assert.Empty(client.Take());
        client.Say(Token("d", "write"));
        Assert.Equal([Opened, Acknowledged, Acknowledged], client.Take()[..3]);
        world.Advance(2);
        Assert.Null(client.CloseCode);
        Assert.Equal(World.StateOf(A, B), client.DocumentAt("d"));
    }

    [Fact]
    public void A_provider_that_does_not_answer_for_a_document_that_was_open_is_brought_back_by_a_new_socket()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        client.Open("d");
        client.Say(Leave, UpdateA);
        world.Advance(0.9);
        Assert.Null(client.CloseCode);
        world.Advance(0.2);
        Assert.Equal(CloseReason.NotOpen.Code, client.CloseCode);
        Assert.True(CloseReason.NotOpen.ComesBack);
    }

    [Fact]
    public void So_it_is_after_several_closes_too()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d");
        client.Say(Leave, Leave, UpdateA, Leave, UpdateA);
        world.Advance(1);
        Assert.Equal(CloseReason.NotOpen.Code, client.CloseCode);
    }

    [Fact]
    public void One_that_never_shows_a_token_is_told_that_it_needs_one()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        client.Say(Question, UpdateA);
        Assert.Equal([Ask], client.Take()[^1..]);
        world.Advance(1);
        Assert.Equal([NeedsToken], client.Take());
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void A_document_that_is_opened_again_at_once_is_not_asked_about()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d");
        client.Say(Leave);
        client.Open("d");
        world.Advance(5);
        Assert.Empty(client.Take());
    }

    [Fact]
    public void A_goodbye_after_the_close_opens_nothing()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        client.Say(Leave, "01640108010101046e756c6c");
        Assert.Empty(client.Take());
        world.Advance(1);
        Assert.Equal([Ask], client.Take());
    }

    [Fact]
    public void Where_no_token_is_needed_a_question_opens_its_document()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Say(Question, "01640106010100027b7d");
        Assert.Equal([Opened, Question, NothingNew, "01640106010100027b7d"], client.Take());
        client.Say(NothingNew, UpdateA);
        Assert.Equal([Acknowledged, Acknowledged, UpdateA], client.Take());
    }

    [Fact]
    public void A_good_token_after_a_denial_makes_the_document_synced_and_acknowledges_what_was_dropped()
    {
        using var world = new World();
        var writer = new HocuspocusClient(world);
        writer.Open("d");
        writer.Say(Update("d", C));
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));

        // A provider has four unsynced changes then: its question and three updates.
        client.Open("d", "bad");
        client.Say(UpdateA, Update("d", B), Update("d", Messages.Typed(1, 2, "c")));
        Assert.Empty(world.Backplane.Entries(Relay.Yjs.DocumentName.Create("d")).Skip(1));
        client.Take();
        client.Say(Token("d", "write"));
        Assert.Equal([Opened], client.Take());
        world.Advance(0.2);
        Assert.Equal(World.StateOf(C), client.DocumentAt("d"));
        Assert.StartsWith("01640001", client.Take()[^1], StringComparison.Ordinal);
        client.Say(Step2("d", World.StateOf(A, B, Messages.Typed(1, 2, "c"))));
        Assert.Equal(4, client.Take().Count(frame => frame == Acknowledged));
        Assert.Equal(World.StateOf(A, B, C, Messages.Typed(1, 2, "c")), writer.DocumentAt("d"));
        client.Say(Update("d", Messages.Typed(1, 3, "d")));
        Assert.Single(client.Take(), Acknowledged);
    }

    [Fact]
    public void A_provider_that_starts_anew_after_a_denial_is_not_acknowledged_what_was_before()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d", "bad");
        client.Say(UpdateA, Update("d", B));
        client.Open("d", "write");
        client.Say(NothingNew);
        Assert.Equal([Acknowledged], client.Take());
        world.Advance(5);
        Assert.Empty(client.Take());
    }

    [Fact]
    public void What_was_dropped_is_not_acknowledged_to_one_who_may_only_read()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d", "bad");
        client.Say(UpdateA, Update("d", B));
        client.Say(Token("d", "read"));
        world.Advance(0.2);
        client.Take();
        client.Say(Step2("d", A));
        Assert.Equal(["01640800"], client.Take());
    }

    [Fact]
    public void Updates_whose_acknowledgement_was_cut_off_by_a_close_are_acknowledged_when_the_document_is_open_again()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d");
        client.Say(NothingNew);
        world.Backplane.Appending.IsShut = true;
        client.Say(UpdateA, Update("d", B), Leave);
        world.Backplane.Appending.Open();
        world.Advance(0.3);
        client.Take();
        client.Say(Token("d", "write"));
        world.Advance(0.2);
        client.Take();
        client.Say(NothingNew);
        Assert.Equal(2, client.Take().Count(frame => frame == Acknowledged));
    }

    [Fact]
    public void A_refusal_is_said_again_to_one_that_goes_on_but_not_more_than_once_a_second()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("e");
        client.Say(Message("e", "0003020000"));
        client.Open("d", "bad");
        client.Take();
        for (var i = 0; i < 50; i++)
        {
            client.Say(UpdateA, Update("e", A));
            world.Advance(0.1);
        }

        var said = client.Take();
        Assert.InRange(said.Count(frame => frame == "01640201" + Text(TestVerifier.Refusal)), 4, 5);
        Assert.InRange(said.Count(frame => frame == Message("e", "07" + Text(CloseReason.BadMessage.Text))), 4, 5);
        Assert.Empty(world.Backplane.Appends);
    }

    [Theory]
    [InlineData(1025)]
    [InlineData(1200)]
    [InlineData(5000)]
    [InlineData(HocuspocusAddress.MaxDeniedUtf8Bytes)]
    public void A_name_that_is_too_long_is_denied_with_its_reason(int length)
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        var name = new string('n', length);
        client.Say(Token(name, "any"));
        Assert.Equal(
            [Message(name, "0201" + Text("A document name must not exceed 1024 bytes of UTF-8."))], client.Take());
        client.Say(UpdateA);
        Assert.Equal([Acknowledged, UpdateA], client.Take());
    }

    [Fact]
    public void A_session_that_is_too_long_is_denied_with_its_reason()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        var address = "d\0" + new string('s', 2000);
        client.Say(Token(address, "any"));
        Assert.Equal([Message(address, "0201" + Text(HocuspocusAddress.LongSession))], client.Take());
    }

    [Fact]
    public void More_documents_than_are_remembered_push_the_oldest_out()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        for (var i = 0; i <= MaxDocuments; i++)
        {
            client.Open($"d{i}", "bad");
            world.Advance(0.05);
        }

        client.Take();
        client.Say(Message("d0", "03"));
        Assert.Equal([Message("d0", "0200")], client.Take());
        client.Say(Message("d2", "03"));
        Assert.Equal([Message("d2", "0201" + Text(TestVerifier.Refusal))], client.Take());
    }
}
