using Relay.Backplane;
using Relay.Doubles;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Yjs;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Doubles.Messages;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// As <c>ShownStateTests</c> of sessions, for providers that the node asks in their place, and for several that share a
/// socket.
/// </summary>
public sealed class HocuspocusShownStateTests
{
    /// <summary>The documents of these tests are too large for one message.</summary>
    private static readonly SessionSettings SmallParts =
        SessionDefaults.Value with { Sync = new AnswerSizes(600, 200, 0), DeliveryBytes = 800, SendBytes = 300 };

    /// <summary>Client 1 adds two letters to its text and deletes one of client 19's.</summary>
    private static readonly byte[] Replacement = [.. Typed(1, 100, "yy")[..^1], 1, 19, 1, 99, 1];

    /// <summary>Client 1 replaces its first letter by more than a connection may have waiting.</summary>
    private static readonly byte[] Paste = [.. Typed(1, 1, new string('p', 1200))[..^1], 1, 1, 1, 0, 1];

    [Fact]
    public void A_provider_that_left_and_only_sends_its_token_again_is_sent_no_part_that_takes_effect_early()
    {
        using var world = new World(SmallParts);
        var writer = Writer(world);
        var (client, shown) = Reader(world, "write");
        client.Say(Message("d", "07"));
        writer.Say(Update("d", Replacement));
        client.Take();
        world.Advance(0.3);
        client.Say(Token("d", "write"));
        world.Advance(0.3);
        Assert.Equal(1, UpdatesAt("d", client.Take()).Count(shown.Take));
        Assert.Equal(writer.DocumentAt("d"), shown.Shown.EncodeState());
    }

    [Fact]
    public void A_document_whose_token_ended_comes_back_without_a_state_that_no_client_had()
    {
        using var world = new World(SmallParts);
        var writer = Writer(world);
        var (client, shown) = Reader(world, "write+30");
        world.Advance(31);
        writer.Say(Update("d", Replacement));
        client.Take();
        client.Say(Token("d", "write"));
        world.Advance(0.3);
        Assert.Equal(1, UpdatesAt("d", client.Take()).Count(shown.Take));
        Assert.Equal(writer.DocumentAt("d"), shown.Shown.EncodeState());
    }

    [Fact]
    public void A_new_provider_whose_question_is_late_on_its_line_is_not_asked_for()
    {
        using var world = new World(SmallParts);
        var writer = Writer(world);
        var client = new HocuspocusClient(world);
        client.Say(Token("d", "write"));
        world.Advance(3);
        Assert.Empty(UpdatesAt("d", client.Got));
        client.Say(Message("d", "00000100"));

        // So it is still known what it has, and that a large document may come in parts.
        Assert.InRange(UpdatesAt("d", client.Got).Max(update => update.Length), 1, 600);
        Assert.Equal(writer.DocumentAt("d"), client.DocumentAt("d"));
    }

    [Fact]
    public void A_second_provider_at_the_same_address_is_given_the_whole_document()
    {
        using var world = new World(SmallParts);
        var writer = Writer(world);
        var (client, _) = Reader(world, "write");
        client.Say(Step2("d", [0, 0]));
        client.Take();
        world.Advance(5);

        // It has a document of its own, and takes the place of the first.
        var second = new YDocument();
        Assert.All(UpdatesAt("d", client.Open("d")), update => Assert.True(second.TryApply(update, out _, out _)));
        Assert.Equal(writer.DocumentAt("d"), second.EncodeState());
    }

    [Fact]
    public void A_large_paste_does_not_keep_out_what_its_client_wrote_offline()
    {
        using var world = new World();
        var client = new HocuspocusClient(
            world, limits: ConnectionDefaults.Value with { MaxMessageBytes = 16 << 20, MaxWaitingBytes = 1000 });
        client.Open("d");
        client.Say(Update("d", Paste));
        client.Say(Step2("d", Typed(1, 0, "a")));
        Assert.Single(EntriesOf(world, "d"));
        Assert.Equal(World.StateOf(Typed(1, 0, "a"), Paste), client.DocumentAt("d"));
    }

    [Fact]
    public void Nor_is_it_logged_alone_while_another_document_keeps_its_socket_from_being_read()
    {
        using var world = new World();
        var client = new HocuspocusClient(
            world, limits: ConnectionDefaults.Value with { MaxMessageBytes = 16 << 20, MaxWaitingBytes = 1000 });
        client.Open("d");
        client.Open("e");
        client.Say(Update("d", Paste));
        world.Backplane.Appending.IsShut = true;
        client.Say(Update("e", Typed(2, 0, new string('e', 1200))));
        client.Say(Step2("d", Typed(1, 0, "a")));
        world.Advance(60);
        world.Backplane.Appending.Open();

        // The socket goes on reading on another thread.
        Assert.True(SpinWait.SpinUntil(() => EntriesOf(world, "d").Count > 0, TimeSpan.FromSeconds(60)));
        Assert.Single(EntriesOf(world, "d"));
        Assert.Equal(World.StateOf(Typed(1, 0, "a"), Paste), client.DocumentAt("d"));
    }

    [Fact]
    public void What_waits_is_charged_to_the_node_until_its_document_is_closed()
    {
        using var world = new World();
        var budget = new BufferBudget(1 << 20, world.Time);
        var client = new HocuspocusClient(world, budget: budget);
        client.Open("d");
        client.Say(Update("d", [.. Typed(1, 1, new string('p', 100_000))]));
        Assert.InRange(budget.Used, 1, 100_000);
        client.Say(Message("d", "07"));
        Assert.Equal(0, budget.Used);
    }

    private static IReadOnlyList<LoggedEntry> EntriesOf(World world, string document)
    {
        world.Run();
        return world.Backplane.Entries(DocumentName.Create(document));
    }

    /// <summary>Writes the document for all.</summary>
    private static HocuspocusClient Writer(World world)
    {
        var writer = new HocuspocusClient(world);
        writer.Open("d");
        for (byte i = 1; i < 20; i++)
        {
            writer.Say(Update("d", Typed(i, 0, new string('x', 100))));
        }

        return writer;
    }

    /// <summary>Has the document.</summary>
    private static (HocuspocusClient Client, ShownStates Shown) Reader(World world, string token)
    {
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d", token);
        var shown = new ShownStates();
        UpdatesAt("d", client.Got).ForEach(update => shown.Take(update));
        return (client, shown);
    }
}
