using Relay.Connections;
using Relay.Doubles;
using Relay.Sessions;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What a token does on a socket.</summary>
public sealed class DocumentOpeningTests : IDisposable
{
    private static readonly DocumentMessage Update = new(DocumentMessageKind.Update, new byte[2], [], Bytes: 2);

    private readonly UserPlaces users = new(1);
    private readonly HocuspocusBench bench;

    public DocumentOpeningTests() => bench = new HocuspocusBench(users: users);

    public void Dispose() => bench.Dispose();

    [Fact]
    public void A_token_that_allows_it_opens_the_document_and_gives_the_socket_its_place()
    {
        Show("d", "read");
        Assert.True(bench.Admission.IsAdmitted);
        Assert.Equal(AccessLevel.Read, bench.Documents.Find("d")!.Access);
        Assert.Equal(Message("d", "0202" + Text("readonly")), bench.Take()[0]);
    }

    [Theory]
    [InlineData("no token", TestVerifier.Refusal)]
    [InlineData("none", HocuspocusAddress.DefaultReason)]
    public void A_token_that_does_not_is_denied(string token, string reason)
    {
        Show("d", token);
        Assert.Equal([Message("d", "0201" + Text(reason))], bench.Take());
        Assert.Equal(AddressState.Denied, bench.Absent.StateOf("d"));
        Assert.False(bench.Admission.IsAdmitted);
    }

    [Fact]
    public void A_name_that_no_document_has_is_denied_without_a_look_at_the_token()
    {
        Show(" ", "write");
        Assert.Equal([Message(" ", "0201" + Text(HocuspocusAddress.Blank))], bench.Take());
    }

    [Fact]
    public void A_node_without_a_place_closes_the_socket_and_the_user_keeps_none()
    {
        bench.HasPlace = false;
        Show("d", "write@ada");
        Assert.Equal(CloseReason.NodeIsFull, bench.Socket.ClosedFor);
        Assert.True(users.TryTake("ada"));
    }

    [Fact]
    public void A_user_and_a_socket_have_so_many_documents_and_no_more()
    {
        Show("a", "write@ada");
        Show("b", "write@ada");
        Assert.Contains(Message("b", "0201" + Text(CloseReason.UserIsFull.Text)), bench.Take());
        Show("b", "write");
        Show("c", "write");
        Show("d", "write");
        Assert.Equal(3, bench.Documents.Count);
        Assert.Contains(Message("d", "0201" + Text(DocumentOpening.TooManyDocuments)), bench.Take());
    }

    [Fact]
    public void A_token_that_cannot_be_checked_now_closes_the_socket_or_changes_no_open_document()
    {
        Show("d", "write");
        Show("d", "later");
        Assert.False(bench.Documents.IsClosed);
        Assert.Equal(AccessLevel.Write, bench.Documents.Find("d")!.Access);
        Show("e", "later");
        Assert.Equal(CloseReason.StoreUnavailable, bench.Socket.ClosedFor);
    }

    [Theory]
    [InlineData("no token", TestVerifier.Refusal)]
    [InlineData("none@ada", HocuspocusAddress.DefaultReason)]
    [InlineData("write@bob", "The token is another user's.")]
    public void A_new_token_that_does_not_renew_the_right_closes_that_document(string token, string reason)
    {
        Show("d", "write@ada");
        Show("e", "write");
        bench.Take();
        Show("d", token);
        Assert.Null(bench.Documents.Find("d"));
        Assert.NotNull(bench.Documents.Find("e"));
        Assert.Contains(Message("d", "07" + Text(reason)), bench.Take());
    }

    [Fact]
    public void A_new_token_with_less_right_holds_at_once()
    {
        Show("d", "write@ada");
        bench.Take();
        Show("d", "read@ada");
        Assert.Equal(AccessLevel.Read, bench.Documents.Find("d")!.Access);
        Assert.Contains(Message("d", "0202" + Text("readonly")), bench.Take());
    }

    [Fact]
    public void A_message_before_a_token_waits_for_it_where_one_is_needed()
    {
        var opening = bench.Opening.OpenOrAskAsync("d", Update, CancellationToken.None);
        Assert.True(opening.IsCompletedSuccessfully);
        Assert.Equal([Message("d", "0200")], bench.Take());
        Assert.Null(bench.Documents.Find("d"));
        Show("d", "write");

        // The update had nothing new and is acknowledged.
        Assert.Contains(Message("d", "0801"), bench.Take());
    }

    private void Show(string address, string token)
    {
        var checking = bench.Opening.AuthenticateAsync(
            address, bench.Documents.Find(address), token, CancellationToken.None);
        Assert.True(checking.IsCompletedSuccessfully);
    }
}
