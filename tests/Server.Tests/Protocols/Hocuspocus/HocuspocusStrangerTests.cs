using System.Net;
using Relay.Access;
using Relay.Connections;
using Relay.Doubles;
using Relay.Sockets.Backpressure;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What a client may do that has shown no token, and what one may that has.</summary>
public sealed class HocuspocusStrangerTests : IDisposable
{
    private static readonly ConnectionLimits Limits = ConnectionDefaults.Value with
    {
        MaxMessageBytes = 16 << 20,
        MaxWaitingBytes = 4 << 20,
        MaxStatelessBytes = 1000,
    };

    private readonly World world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void A_message_before_the_first_document_is_small_and_one_right_behind_its_token_is_not_bounded()
    {
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        var update = Messages.Typed(1, 0, new string('x', 2 * SocketAdmission.MaxUnadmittedBytes));
        client.Say(Update("d", update));
        Assert.Equal([Message("d", "07" + Text(FrameIntake.TooLargeUnadmitted))], client.Take());

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
    public void A_message_that_is_not_whole_is_charged_as_it_comes_and_given_back()
    {
        var budget = new BufferBudget(8 * 300_000, world.Time);
        var unadmitted = new UnadmittedBudget(budget);
        HocuspocusClient[] clients = [.. Enumerable.Range(0, 10).Select(
            _ => new HocuspocusClient(world, new TestVerifier(world.Time), budget: budget, unadmitted: unadmitted))];
        foreach (var client in clients)
        {
            Begin(client, 60_000, 100);
        }

        Assert.InRange(unadmitted.Used, 0, 10 * 4096);
        foreach (var client in clients)
        {
            client.Line.Say(new byte[49_000]);
            world.Run();
        }

        // Those that came last find no room, and come back later.
        Assert.InRange(unadmitted.Used, 100_000, 300_000);
        Assert.Null(clients[0].CloseCode);
        Assert.Equal(CloseReason.NodeIsFull.Code, clients[^1].CloseCode);
        foreach (var client in clients)
        {
            client.Leave();
        }

        Assert.Equal(0, unadmitted.Used);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void One_that_has_a_document_open_is_not_charged_for_small_messages()
    {
        var budget = new BufferBudget(1 << 20, world.Time);
        var unadmitted = new UnadmittedBudget(budget);
        var client = new HocuspocusClient(world, budget: budget, unadmitted: unadmitted);
        client.Open("d");
        Begin(client, 60_000, 50_000);
        Assert.Equal(0, unadmitted.Used);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void Names_that_are_denied_are_few_and_charged_until_the_client_is_gone()
    {
        var budget = new BufferBudget(1 << 24, world.Time);
        var unadmitted = new UnadmittedBudget(budget);
        var client = new HocuspocusClient(
            world, new TestVerifier(world.Time), budget: budget, unadmitted: unadmitted);
        var vector = "00" + "00" + Bytes(new byte[500]);
        for (var i = 0; i < 900; i++)
        {
            var name = new string('n', 900) + i;
            client.Say(Token(name, "bad"), Message(name, vector));
        }

        const int each = AbsentCharges.DocumentCost + (2 * 903) + 500;
        Assert.InRange(
            unadmitted.Used,
            AbsentDocuments.MaxUnadmittedDocuments * (each - 10),
            AbsentDocuments.MaxUnadmittedDocuments * each);
        client.Leave();
        Assert.Equal(0, unadmitted.Used);
    }

    [Fact]
    public void Names_that_find_no_room_are_denied_all_the_same()
    {
        var budget = new BufferBudget(8 * 5000, world.Time);
        var client = new HocuspocusClient(world, new TestVerifier(world.Time), budget: budget);
        for (var i = 0; i < 50; i++)
        {
            client.Say(Token($"d{i}", "bad"));
            Assert.Equal([Message($"d{i}", "0201" + Text(TestVerifier.Refusal))], client.Take());
        }

        Assert.Contains(Message("d", "02020a726561642d7772697465"), client.Open("d"));
    }

    [Fact]
    public void A_client_that_reads_no_answer_gets_few_of_them_and_they_are_charged()
    {
        var budget = new BufferBudget(1 << 24, world.Time);
        var unadmitted = new UnadmittedBudget(budget);
        var tokens = new TestVerifier(world.Time);
        var client = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        client.Line.Stop();
        client.Say([.. Enumerable.Repeat(Token(new string('n', 1000), "bad"), 900)]);
        Assert.InRange(tokens.Seen.Count, 1, 100);
        Assert.InRange(unadmitted.Used, 64 << 10, 200 << 10);
        client.GoOn();
        Assert.True(SpinWait.SpinUntil(() => RunUntil(() => client.Got.Count == 900), TimeSpan.FromSeconds(60)));
        client.Leave();
        Assert.True(SpinWait.SpinUntil(() => RunUntil(() => unadmitted.Used == 0), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Wrong_signatures_of_one_address_are_checked_only_so_often_whatever_sockets_they_come_on()
    {
        var tokens = new TestVerifier(world.Time);
        var forged = new ForgedTokens(world.Time);
        var (here, there) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        HocuspocusClient Connect(IPAddress address) => new(world, tokens, forged: forged, address: address);
        var known = Connect(here);
        known.Open("a", "write@ada");
        var before = tokens.Seen.Count;
        for (var i = 0; i < 10; i++)
        {
            var client = Connect(here);
            client.Say([.. Enumerable.Repeat(Token("d", "forged"), 50)]);
            Assert.Equal(i < 1 ? null : CloseReason.TokensHeldBack.Code, client.CloseCode);
        }

        Assert.Equal(before + ForgedTokens.PerMinute, tokens.Seen.Count);

        // What was accepted lately is accepted, and who is in stays in.
        known.Take();
        known.Say(Token("b", "write@ada"), Token("c", "read@ada"), Token("a", "read@ada"));
        Assert.Equal(
            [
                Message("b", "02020a726561642d7772697465"),
                Message("c", "0201" + Text(CloseReason.TokensHeldBack.Text)),
            ],
            known.Take().Where(got => got[4..].StartsWith("02", StringComparison.Ordinal)));
        known.Say(Update("a", Messages.Typed(1, 0, "a")));
        Assert.Contains(Message("a", "0801"), known.Take());
        var other = Connect(there);
        other.Open("d", "read@ada");
        Assert.Null(other.CloseCode);
    }

    [Fact]
    public void Strangers_who_fill_the_budget_close_no_document_that_is_open()
    {
        var budget = new BufferBudget(8 * 8_000, world.Time);
        var unadmitted = new UnadmittedBudget(budget);
        var tokens = new TestVerifier(world.Time);
        var stranger = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        var client = new HocuspocusClient(world, tokens, budget: budget, unadmitted: unadmitted);
        client.Open("open");
        for (var i = 0; unadmitted.Used < 6_500; i++)
        {
            stranger.Say(Update($"d{i}", Messages.Typed(1, 0, new string('x', 500))));
        }

        client.Take();
        client.Say(Update("other", Messages.Typed(1, 0, new string('x', 2_000))));
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

    private bool RunUntil(Func<bool> isSo)
    {
        world.Run();
        return isSo();
    }

    /// <summary>The beginning of a message of this length.</summary>
    private void Begin(HocuspocusClient client, ushort length, int bytes)
    {
        client.Line.Say([0x82, 0x80 | 126, (byte)(length >> 8), (byte)length, 0, 0, 0, 0]);
        client.Line.Say(new byte[bytes]);
        world.Run();
    }
}
