using Relay.Connections;
using Relay.Doubles;
using Relay.Sessions;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What a client is told about documents that are not open.</summary>
public sealed class AbsentAnswersTests : IDisposable
{
    private static readonly DocumentMessage Update = new(DocumentMessageKind.Update, new byte[2], [], Bytes: 2);

    private readonly HocuspocusBench bench = new();

    private AbsentAnswers Answers => bench.Answers;

    public void Dispose() => bench.Dispose();

    [Fact]
    public void A_message_is_kept_and_the_client_asked_for_its_token()
    {
        Assert.True(Answers.TryKeep("d", Update));
        Answers.Ask("d");
        Assert.Equal([Message("d", "0200")], bench.Take());
        Assert.Equal(AddressState.Asked, bench.Absent.StateOf("d"));
        bench.Advance(AbsentDocuments.TokenTime);
        Assert.Equal([("d", AbsentStep.Deny)], bench.Due);
    }

    [Fact]
    public void Each_step_that_is_due_is_said()
    {
        Answers.OnDue("d", AbsentStep.AskForToken);
        Assert.Equal([Message("d", "0200")], bench.Take());
        Answers.OnDue("d", AbsentStep.Deny);
        Assert.Equal([Message("d", "0201" + Text(AbsentAnswers.TokenMissing))], bench.Take());
        Assert.Equal(AddressState.Denied, bench.Absent.StateOf("d"));
        Answers.OnDue("d", AbsentStep.ComeBack);
        Assert.Equal(CloseReason.NotOpen, bench.Socket.ClosedFor);
    }

    [Fact]
    public void A_refusal_is_said_again_in_its_own_words_and_not_more_often_than_once_a_second()
    {
        Answers.Deny("a", "no");
        Answers.Dismiss("b", null, "off");
        Assert.Equal([Message("a", "0201" + Text("no")), Message("b", "07" + Text("off"))], bench.Take());
        Answers.RefuseAgain("a", Update);
        Answers.RefuseAgain("unknown", Update);
        Assert.Empty(bench.Take());
        bench.Advance(AbsentDocuments.RepeatTime);
        Answers.RefuseAgain("a", Update);
        Answers.RefuseAgain("b", Update);
        Answers.RefuseAgain("b", Update);
        Assert.Equal([Message("a", "0201" + Text("no")), Message("b", "07" + Text("off"))], bench.Take());
    }

    [Fact]
    public void One_who_breaks_a_rule_at_an_open_document_loses_that_one()
    {
        var channel = bench.Add("d");
        bench.Add("e");
        Answers.Dismiss("d", channel, "off");
        Assert.True(channel.HasEnded);
        Assert.Equal(1, bench.Documents.Count);
        Assert.Equal([Message("d", "07" + Text("off"))], bench.Take());
    }

    [Fact]
    public void More_than_is_kept_closes_the_socket()
    {
        for (var i = 0; i < AbsentCharges.MaxKeptMessages; i++)
        {
            Assert.True(Answers.TryKeep("d", Update));
        }

        Assert.False(Answers.TryKeep("d", Update));
        Assert.Equal(CloseReason.TooMuchPending, bench.Socket.ClosedFor);
    }

    [Fact]
    public void Where_the_node_keeps_too_much_open_documents_stay_open()
    {
        using var full = new HocuspocusBench(maxBufferedBytes: 8);
        Assert.False(full.Answers.TryKeep("d", Update));
        Assert.Equal(CloseReason.NodeIsFull, full.Socket.ClosedFor);

        using var other = new HocuspocusBench(maxBufferedBytes: 8);
        other.Add("open");
        Assert.False(other.Answers.TryKeep("d", Update));
        Assert.Null(other.Socket.ClosedFor);
        Assert.Equal([Message("d", "07" + Text(CloseReason.NodeIsFull.Text))], other.Take());
    }

    [Fact]
    public void A_refusal_for_now_closes_the_socket_unless_other_documents_are_open()
    {
        foreach (var reason in new[] { CloseReason.UserIsFull, CloseReason.StoreUnavailable })
        {
            using var alone = new HocuspocusBench();
            alone.Answers.RefuseForNow("d", reason);
            Assert.Equal(reason, alone.Socket.ClosedFor);
            using var other = new HocuspocusBench();
            other.Add("open");
            other.Answers.RefuseForNow("d", reason);
            Assert.Equal(reason == CloseReason.StoreUnavailable ? reason : null, other.Socket.ClosedFor);
        }
    }
}
