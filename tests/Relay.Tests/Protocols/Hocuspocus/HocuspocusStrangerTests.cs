using Relay.Connections;
using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What a client may do that has shown no token, and what one may that has.</summary>
public sealed class HocuspocusStrangerTests : IDisposable
{
    private static readonly ConnectionLimits Limits = new(16 << 20, 4 << 20, 50_000, MaxStatelessBytes: 1000);

    private readonly World world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void A_message_before_the_first_document_is_small_and_one_right_behind_its_token_is_not_bounded()
    {
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        var update = Messages.Typed(1, 0, new string('x', 2 * HocuspocusSocket.MaxUnadmittedBytes));
        client.Say(Update("d", update));
        Assert.Equal([Message("d", "07" + Text(HocuspocusSocket.TooLargeUnadmitted))], client.Take());

        client.Say(Token("d", "write"), Message("d", "00000100"), Update("d", update));
        Assert.Null(client.CloseCode);
        Assert.Equal(World.StateOf(update), client.DocumentAt("d"));
    }

    [Fact]
    public void What_waits_for_tokens_is_charged_to_one_budget_and_given_back()
    {
        var budget = new BufferBudget(8 * 10_000, world.Time);
        var unadmitted = new UnadmittedBudget(budget);
        var tokens = new TestVerifier(world.Time);
        var first = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        var second = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        var third = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        var update = Update("d", Messages.Typed(1, 0, new string('x', 4000)));
        first.Say(update);
        second.Say(update);
        Assert.InRange(unadmitted.Used, 8000, 10_000);
        Assert.Equal(unadmitted.Used, budget.Used);
        third.Say(update);
        Assert.Equal(CloseReason.NodeIsFull.Code, third.CloseCode);

        // One shows its token, the other one goes.
        first.Say(Token("d", "write"));
        Assert.Contains(Message("d", "0801"), first.Got);
        second.Leave();
        Assert.Equal(0, unadmitted.Used);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void Strangers_who_fill_the_budget_close_no_document_that_is_open()
    {
        var budget = new BufferBudget(8 * 5_000, world.Time);
        var unadmitted = new UnadmittedBudget(budget);
        var tokens = new TestVerifier(world.Time);
        var stranger = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        var client = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        client.Open("open");
        stranger.Say(Update("d", Messages.Typed(1, 0, new string('x', 4_500))));
        client.Take();
        client.Say(Update("other", Messages.Typed(1, 0, new string('x', 1_000))));
        Assert.Null(client.CloseCode);
        Assert.Equal([Message("other", "07" + Text(CloseReason.NodeIsFull.Text))], client.Take());
        var update = Messages.Typed(2, 0, "a");
        client.Say(Update("open", update));
        Assert.Equal(World.StateOf(update), client.DocumentAt("open"));

        // With its token it goes on.
        stranger.Leave();
        client.Open("other");
        client.Say(Update("other", update));
        Assert.Equal(World.StateOf(update), client.DocumentAt("other"));
    }

    [Fact]
    public void Presence_that_waits_for_a_token_waits_as_bytes_and_arrives()
    {
        var frame = Message("d", "01" + Bytes(Convert.FromHexString("01" + "05" + "01" + Text("{}"))));
        Assert.True(HocuspocusDecoder.TryReadAddress(Convert.FromHexString(frame), out _, out var start, out _));
        Assert.True(HocuspocusDecoder.TryDecode(Convert.FromHexString(frame), start, 0, out var message, out _));
        var kept = KeptMessage.Pack(message.Content, Convert.FromHexString(frame));
        Assert.Empty(kept.Awareness);
        Assert.Equal(5UL, Assert.Single(KeptMessage.Unpack(kept).Awareness).ClientId);

        var tokens = new TestVerifier(world.Time);
        var watcher = new HocuspocusClient(world, tokens);
        watcher.Open("d");
        var client = new HocuspocusClient(world, tokens);
        client.Say(frame);
        Assert.DoesNotContain(frame, watcher.Got);
        client.Say(Token("d", "write"));
        world.Run();
        Assert.Contains(watcher.Got, got => got.StartsWith(Message("d", "01"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_node_without_a_place_closes_who_shows_a_token_and_has_it_come_back()
    {
        var client = new HocuspocusClient(world, tryAdmit: () => false);
        client.Open("d");
        Assert.Equal(CloseReason.NodeIsFull.Code, client.CloseCode);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void An_applications_own_messages_are_dropped_above_their_rate_and_close_nothing()
    {
        const int burst = StatelessRate.MessagesPerSecond * StatelessRate.BurstSeconds;
        var (client, other) = (
            new HocuspocusClient(world, limits: Limits), new HocuspocusClient(world, limits: Limits));
        client.Open("d");
        other.Open("d");
        client.Say([.. Enumerable.Repeat(Message("d", "05" + Text("x")), 2 * burst)]);
        Assert.Equal(burst, other.Take().Length);
        Assert.Null(client.CloseCode);
        world.Advance(1);
        client.Say([.. Enumerable.Repeat(Message("d", "05" + Text("x")), 2 * burst)]);
        Assert.Equal(StatelessRate.MessagesPerSecond, other.Take().Length);
    }

    [Fact]
    public void So_are_they_above_their_bytes()
    {
        var (client, other) = (
            new HocuspocusClient(world, limits: Limits), new HocuspocusClient(world, limits: Limits));
        client.Open("d");
        other.Open("d");
        client.Say([.. Enumerable.Repeat(Message("d", "05" + Text(new string('x', 1000))), 100)]);
        Assert.Equal(StatelessRate.BurstSeconds, other.Take().Length);
    }
}
