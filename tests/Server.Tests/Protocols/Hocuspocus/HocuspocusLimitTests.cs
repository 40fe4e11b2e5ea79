using Relay.Backplane;
using Relay.Connections;
using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What strangers may make a node keep, and who goes down with whom.</summary>
public sealed class HocuspocusLimitTests
{
    private const int MaxDocuments = 1000;

    private static readonly byte[] A = Messages.Typed(1, 0, "a");
    private static readonly byte[] C = Messages.Typed(2, 0, "c");

    [Theory]
    [InlineData(1000, 1, 100)]
    [InlineData(100, 100, 100)]
    [InlineData(87, 1, 60_000)]
    public void So_much_is_kept_before_a_token_and_no_more(int messages, int documents, int size)
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        var sent = Enumerable.Range(0, messages).Select(i => Message($"d{i % documents}", "00020100")).ToArray();
        var large = Message("d0", "0002" + Bytes(new byte[size]));
        client.Say(size > 100 ? [.. sent.Select(_ => large)] : sent);
        Assert.Null(client.CloseCode);
        client.Say(size > 100 ? large : Message(documents == 1 ? "d0" : "one more", "03"));
        Assert.Equal(CloseReason.TooMuchPending.Code, client.CloseCode);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void A_provider_that_goes_on_sending_to_a_document_it_did_not_get_keeps_its_others()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        client.Open("d", "bad");
        client.Say([.. Enumerable.Repeat(Update("d", A), 3000)]);
        client.Say(Update("other", C));
        Assert.Null(client.CloseCode);
        Assert.Equal(World.StateOf(C), client.DocumentAt("other"));

        // And none of it is acknowledged by the next token.
        client.Take();
        client.Open("d");
        Assert.DoesNotContain(Message("d", "0801"), client.Got);
    }

    [Fact]
    public void Many_documents_that_are_denied_cost_a_socket_none_of_its_others()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        for (var i = 1; i < MaxDocuments; i++)
        {
            client.Open($"d{i}", "bad");
        }

        client.Say(Update("other", C));
        Assert.Null(client.CloseCode);
        Assert.Equal(World.StateOf(C), client.DocumentAt("other"));
    }

    [Fact]
    public void A_socket_without_an_open_document_is_closed_after_seconds_or_if_it_had_one_after_a_minute()
    {
        using var world = new World();
        var (silent, denied, served, left) = (new HocuspocusClient(world),
            new HocuspocusClient(world, new TestVerifier(world.Time)), new HocuspocusClient(world),
            new HocuspocusClient(world));
        denied.Open("d", "bad");
        served.Open("d");
        left.Open("d");
        for (var i = 0; i < 9; i++)
        {
            world.Advance(1);
            served.Line.Say([0x8A, 0x80, 0, 0, 0, 0]);
            left.Line.Say([0x8A, 0x80, 0, 0, 0, 0]);
            denied.Say("0a");
            silent.Say("0a");
        }

        left.Say(Message("d", "07"));
        Assert.Null(silent.CloseCode);
        world.Advance(1);
        Assert.Equal(CloseReason.NoDocument.Code, silent.CloseCode);
        Assert.Equal(CloseReason.NoDocument.Code, denied.CloseCode);
        for (var i = 0; i < 59; i++)
        {
            Assert.Null(left.CloseCode);
            world.Advance(1);
            served.Line.Say([0x8A, 0x80, 0, 0, 0, 0]);
            left.Line.Say([0x8A, 0x80, 0, 0, 0, 0]);
        }

        Assert.Null(served.CloseCode);
        Assert.Equal(CloseReason.NoDocument.Code, left.CloseCode);
    }

    [Fact]
    public void Tokens_of_one_socket_are_checked_only_so_often()
    {
        using var world = new World();
        var verifier = new TestVerifier(world.Time);
        var client = new HocuspocusClient(world, verifier);
        client.Say([.. Enumerable.Repeat(Token("d", "bad"), 3_000)]);
        Assert.Equal(MaxDocuments, verifier.Seen.Count);
        world.Advance(1);
        Assert.InRange(verifier.Seen.Count, MaxDocuments + 95, MaxDocuments + 105);
    }

    [Fact]
    public void A_full_document_is_closed_alone_if_there_are_others_and_with_the_socket_if_not()
    {
        using var world = new World(SessionDefaults.Value with { MaxConnectionsPerDocument = 1 });
        var (first, second, third) = (new HocuspocusClient(world), new HocuspocusClient(world),
            new HocuspocusClient(world));
        first.Open("d");
        second.Open("other");
        second.Open("d");
        Assert.Equal("016407" + Text(CloseReason.DocumentIsFull.Text), second.Got[^1]);
        Assert.Null(second.CloseCode);
        third.Open("d");
        Assert.Equal(CloseReason.DocumentIsFull.Code, third.CloseCode);
    }

    [Fact]
    public void A_document_that_cannot_be_loaded_makes_the_provider_come_back()
    {
        using var world = new World();
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("away");
        var client = new HocuspocusClient(world);
        client.Open("d");
        world.Advance(60);
        Assert.Equal(CloseReason.StoreUnavailable.Code, client.CloseCode);
    }

    [Fact]
    public void A_node_that_stops_closes_the_socket_and_all_documents_leave()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("a");
        client.Open("b");
        client.Socket.Close(CloseReason.NodeStops);
        world.Run();
        Assert.Equal(CloseReason.NodeStops.Code, client.CloseCode);
        world.Advance(60);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void There_is_an_end_to_the_documents_of_one_socket()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Say([.. Enumerable.Range(0, MaxDocuments + 1).Select(i => Token($"d{i}", ""))]);
        world.Advance(1);
        Assert.Single(client.Got, Message($"d{MaxDocuments}", "0201" + Text(DocumentOpening.TooManyDocuments)));
        client.Say(Message("d0", "07"));
        client.Take();
        Assert.Contains(Message("late", "02020a726561642d7772697465"), client.Open("late"));
    }

    [Fact]
    public void The_end_is_a_setting()
    {
        using var world = new World();
        var client = new HocuspocusClient(
            world, limits: ConnectionDefaults.Value with
            {
                MaxMessageBytes = 1 << 20,
                MaxWaitingBytes = 1 << 20,
                MaxDocuments = 2,
            });
        client.Say(Token("a", ""), Token("b", ""), Token("c", ""));
        Assert.Contains(Message("c", "0201" + Text(DocumentOpening.TooManyDocuments)), client.Got);
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void A_user_has_so_many_documents_open_and_other_users_have_theirs()
    {
        using var world = new World();
        var users = new UserPlaces(2);
        HocuspocusClient Connect() => new(world, new TestVerifier(world.Time), users: users);
        var (first, second, third) = (Connect(), Connect(), Connect());
        first.Open("a", "write@ada");
        first.Open("b", "write@ada");
        first.Open("c", "write@ada");
        Assert.Contains(Message("c", "0201" + Text(CloseReason.UserIsFull.Text)), first.Got);
        Assert.Null(first.CloseCode);

        // Without another document on it the socket is closed, because its provider then comes back by itself.
        second.Open("a", "write@ada");
        Assert.Equal(CloseReason.UserIsFull.Code, second.CloseCode);
        third.Open("a", "write@bob");
        third.Open("b", "write");
        Assert.Null(third.CloseCode);

        // Places are given back by a document that is left, by one that is closed, and by a socket that ends.
        first.Say(Message("a", "07"));
        first.Open("c", "write@ada");
        Assert.Equal(Messages.Typed(2, 0, "c"), Write(first, "c"));
        first.Say(Message("c", "00"));
        var fourth = Connect();
        fourth.Open("d", "write@ada");
        Assert.Null(fourth.CloseCode);
        first.Leave();
        fourth.Leave();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(users.TryTake("ada"));
        }

        Assert.False(users.TryTake("ada"));
    }

    private static byte[] Write(HocuspocusClient client, string address)
    {
        client.Say(Update(address, C));
        return client.DocumentAt(address);
    }
}
