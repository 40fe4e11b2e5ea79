using Relay.Access;
using Relay.Connections;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>Which documents are open on a socket, and what becomes of them.</summary>
public sealed class SocketDocumentsTests : IDisposable
{
    private readonly UserPlaces users = new(1);
    private readonly HocuspocusBench bench;

    public SocketDocumentsTests() => bench = new HocuspocusBench(users: users);

    private SocketDocuments Documents => bench.Documents;

    public void Dispose() => bench.Dispose();

    [Fact]
    public void A_document_is_found_until_it_is_closed_and_then_it_is_absent()
    {
        var channel = bench.Add("d");
        Assert.Same(channel, Documents.Find("d"));
        Assert.Equal(1, Documents.Count);
        Documents.Close(channel, "why");
        Assert.Null(Documents.Find("d"));
        Assert.Equal(AddressState.Closed, bench.Absent.StateOf("d"));
        Assert.True(channel.HasEnded);
        Assert.Equal([Message("d", "07" + Text("why"))], bench.Take());

        // Again without effect.
        Documents.Close(channel, "why");
        Documents.Leave(channel);
        Assert.Empty(bench.Take());
        Assert.Equal(AddressState.Closed, bench.Absent.StateOf("d"));
    }

    [Fact]
    public void One_that_the_client_leaves_is_known_as_left_and_nothing_is_said()
    {
        var channel = bench.Add("d");
        Documents.Leave(channel);
        Assert.True(channel.HasEnded);
        Assert.Equal(AddressState.Left, bench.Absent.StateOf("d"));
        Assert.Empty(bench.Take());
    }

    [Fact]
    public void A_later_document_of_the_same_address_is_not_closed_for_an_earlier_one()
    {
        var earlier = bench.Add("d");
        Documents.Leave(earlier);
        var later = bench.Add("d");
        Documents.Close(earlier, "why");
        Assert.Same(later, Documents.Find("d"));
        Assert.False(later.HasEnded);
    }

    [Fact]
    public void What_was_known_of_a_document_goes_with_it()
    {
        var channel = bench.Add("d");
        channel.Unsynced.Count(Sessions.DocumentMessageKind.Update);
        Documents.Leave(channel);
        Assert.Equal(1, bench.Add("d").Unsynced.Value);
        Assert.Equal(AddressState.Unknown, bench.Absent.StateOf("d"));
    }

    [Fact]
    public void The_place_of_a_user_is_given_back_with_the_document_and_where_the_socket_is_closed()
    {
        Assert.True(users.TryTake("ada"));
        Documents.Leave(bench.Add("d", "ada"));
        Assert.True(users.TryTake("ada"));
        Documents.Close(CloseReason.NodeStops);
        Assert.True(HocuspocusAddress.TryParse("d", out var parsed, out _));
        var grant = new Grant(_ => Sessions.AccessLevel.Write) { UserId = "ada" };
        Assert.Null(Documents.TryAdd("d", parsed, grant, out _));
        Assert.True(users.TryTake("ada"));
    }

    [Fact]
    public void Closing_the_socket_ends_all_documents()
    {
        var channels = new[] { bench.Add("a"), bench.Add("b") };
        Documents.Close(CloseReason.NodeStops);
        Assert.All(channels, channel => Assert.True(channel.HasEnded));
        Assert.True(Documents.IsClosed);
        Assert.Equal(0, Documents.Count);
        Assert.Equal(["1012"], bench.Take());
        Assert.Equal(CloseReason.NodeStops, bench.Socket.ClosedFor);
    }

    [Fact]
    public void A_socket_without_an_open_document_is_closed_in_its_time()
    {
        bench.Advance(SocketDocuments.UnadmittedTime - TimeSpan.FromSeconds(1));
        Assert.False(Documents.IsClosed);
        var channel = bench.Add("d");
        bench.Advance(TimeSpan.FromHours(1));
        Assert.False(Documents.IsClosed);
        Documents.Leave(channel);
        bench.Advance(SocketDocuments.IdleTime - TimeSpan.FromSeconds(1));
        Assert.False(Documents.IsClosed);
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Documents.IsClosed);
        Assert.Equal(CloseReason.NoDocument, bench.Socket.ClosedFor);
    }

    [Fact]
    public void A_socket_that_opens_no_document_is_closed_in_its_time()
    {
        bench.Advance(SocketDocuments.UnadmittedTime);
        Assert.Equal(CloseReason.NoDocument, bench.Socket.ClosedFor);
    }

    /// <summary>Each reason, alone on a socket and beside another document.</summary>
    [Fact]
    public void A_document_that_its_session_gives_up_closes_the_socket_where_the_client_is_to_come_back()
    {
        foreach (var reason in CloseReason.All)
        {
            foreach (var isAlone in new[] { true, false })
            {
                using var other = new SocketDocumentsTests();
                var channel = other.bench.Add("d");
                if (!isAlone)
                {
                    other.bench.Add("e");
                }

                other.Documents.OnDocumentClosed(channel, reason);
                var closes = reason.ComesBack && (isAlone || reason != CloseReason.DocumentIsFull);
                Assert.True(closes == other.Documents.IsClosed, $"{reason.Code}, alone: {isAlone}");
                Assert.True(channel.HasEnded);
            }
        }
    }

    [Fact]
    public void A_kick_is_about_documents_of_that_user()
    {
        var (a, b) = (bench.Add("a", "ada"), bench.Add("b", "bob"));
        users.TryTake("ada");
        users.TryTake("bob");
        Assert.Equal(0, Documents.Kick(new KickOrder("carl", null, false)));
        Assert.Equal(0, Documents.Kick(new KickOrder("ada", DocumentName.Create("b"), false)));
        Assert.Equal(1, Documents.Kick(new KickOrder("ada", null, false)));
        Assert.True(a.HasEnded);
        Assert.False(b.HasEnded);
        Assert.Equal(1, Documents.Kick(new KickOrder(null, null, true)));
        Assert.True(Documents.IsClosed);
    }
}
