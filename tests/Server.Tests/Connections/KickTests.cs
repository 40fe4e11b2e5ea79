using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Connections;

public sealed class KickTests
{
    private readonly FakeTimeProvider time = new();
    private readonly ConnectionRegistry registry;
    private readonly LongAnswers answers;
    private readonly Connection ada;
    private readonly Connection bob;
    private readonly Connection both;

    public KickTests()
    {
        registry = new ConnectionRegistry(10, time);
        answers = new LongAnswers(time);
        ada = Add(("ada", "plan"));
        bob = Add(("bob", "plan"));
        both = Add(("ada", "notes"), (null, "plan"));
    }

    [Fact]
    public void A_user_a_document_or_a_user_at_a_document_is_covered_and_nothing_else()
    {
        Assert.Equal(0, registry.Kick(new KickOrder("Ada", null, false)));
        Assert.Equal(1, registry.Kick(new KickOrder("ada", Name("notes"), true)));
        Assert.Equal([CloseReason.AskedToReconnect], both.Ends);
        Assert.Equal(1, registry.Kick(new KickOrder("ada", null, false)));
        Assert.Equal([CloseReason.Removed], ada.Ends);
        Assert.Equal(2, registry.Kick(new KickOrder(null, Name("plan"), false)));
        Assert.Equal([CloseReason.Removed], bob.Ends);
        Assert.Equal(0, registry.Kick(new KickOrder(null, Name("plan"), false)));
    }

    [Fact]
    public void A_client_that_is_gone_is_not_kicked()
    {
        registry.Remove(ada);
        Assert.Equal(1, registry.Kick(new KickOrder("ada", null, false)));
        Assert.Empty(ada.Ends);
    }

    [Fact]
    public void An_order_that_comes_late_is_not_about_who_came_after_it()
    {
        var given = time.GetUtcNow();
        time.Advance(TimeSpan.FromSeconds(31));
        var again = Add(("ada", "plan"));
        Assert.Equal(2, registry.Kick(new KickOrder("ada", null, false), given));
        Assert.Empty(again.Ends);
        Assert.Equal(1, registry.Kick(new KickOrder("ada", null, false), given + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void An_order_that_comes_before_its_connection_is_made_finds_it()
    {
        var place = new ConnectionPlace();
        Assert.Null(registry.TryAdd(place));
        registry.Kick(new KickOrder("carl", null, false));
        var made = new Connection([("carl", "plan")]);
        place.Fill(made);
        Assert.Equal([CloseReason.Removed], made.Ends);
        Assert.Equal(1, registry.Kick(new KickOrder("ada", Name("plan"), false)));
    }

    [Fact]
    public async Task An_order_reaches_other_nodes_as_it_was_given()
    {
        var orders = new Orders { Receipt = new OrderReceipt(2, 1, 40) };
        var here = new Kicks(registry, answers, orders, NullLogger<Kicks>.Instance);
        var receipt = await here.GiveAsync(new KickOrder("ada", Name("plan ä"), true), default);
        Assert.Equal(new KickReceipt(40, 3, 1, true), receipt);

        var other = new ConnectionRegistry(10, time);
        var there = new Connection([("ada", "plan ä"), ("bob", "plan ä")]);
        other.TryAdd(there);
        var kicks = new Kicks(other, answers, orders, NullLogger<Kicks>.Instance);
        Assert.Equal(1, kicks.OnOrder(orders.Given!, time.GetUtcNow()));
        Assert.Equal([CloseReason.AskedToReconnect], there.Ends);
    }

    [Fact]
    public async Task When_the_others_cannot_be_reached_this_nodes_connections_end_all_the_same()
    {
        var kicks = new Kicks(registry, answers, new Orders(), NullLogger<Kicks>.Instance);
        var receipt = await kicks.GiveAsync(new KickOrder("bob", null, false), default);
        Assert.Equal(new KickReceipt(1, 1, 0, false), receipt);
        Assert.Equal([CloseReason.Removed], bob.Ends);
    }

    [Fact]
    public async Task Long_answers_are_ended_and_counted_like_connections()
    {
        using var answer = answers.Begin("bob");
        var kicks = new Kicks(registry, answers, new Orders { Receipt = default }, NullLogger<Kicks>.Instance);
        Assert.Equal(2, (await kicks.GiveAsync(new KickOrder("bob", null, false), default)).Connections);
        Assert.True(answer.Ended.IsCancellationRequested);
        using var second = answers.Begin("bob");
        var order = """{"kind":"kick","user":"bob","document":null,"comeBack":false}"""u8.ToArray();
        Assert.Equal(1, kicks.OnOrder(order, time.GetUtcNow()));
        Assert.True(second.Ended.IsCancellationRequested);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kind":"dance"}""")]
    [InlineData("""{"kind":"kick","user":null,"document":null,"comeBack":false}""")]
    [InlineData("""{"kind":"kick","user":7,"document":null,"comeBack":false}""")]
    [InlineData("""{"kind":"kick","user":null,"document":"","comeBack":false}""")]
    [InlineData("""{"kind":"kick","user":"ada","document":null}""")]
    public void An_order_that_this_version_does_not_know_ends_nothing(string order)
    {
        var kicks = new Kicks(registry, answers, new Orders(), NullLogger<Kicks>.Instance);
        Assert.Equal(0, kicks.OnOrder(System.Text.Encoding.UTF8.GetBytes(order), time.GetUtcNow()));
        Assert.All([ada, bob, both], connection => Assert.Empty(connection.Ends));
    }

    private static DocumentName Name(string name) => DocumentName.Create(name);

    private Connection Add(params (string? User, string Document)[] places)
    {
        var connection = new Connection(places);
        Assert.Null(registry.TryAdd(connection));
        return connection;
    }

    /// <summary>A connection with several documents, each with a user of its own.</summary>
    private sealed class Connection((string? User, string Document)[] places) : IOpenConnection
    {
        private readonly List<(string? User, string Document)> open = [.. places];

        public List<CloseReason> Ends { get; } = [];

        public void Close(CloseReason reason)
        {
            open.Clear();
            Ends.Add(reason);
        }

        public int Kick(KickOrder order)
        {
            var count = open.RemoveAll(place => order.Covers(place.User, Name(place.Document)));
            Ends.AddRange(Enumerable.Repeat(order.Reason, count));
            return count;
        }
    }

    private sealed class Orders : INodeOrders
    {
        public OrderReceipt? Receipt { get; init; }

        public ReadOnlyMemory<byte> Given { get; private set; }

        public IDisposable Listen(INodeOrderListener listener) => throw new NotSupportedException();

        public ValueTask<OrderReceipt> GiveAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation)
        {
            Given = order;
            return ValueTask.FromResult(Receipt ?? throw new BackplaneUnavailableException("away"));
        }
    }
}
