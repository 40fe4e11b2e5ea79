using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>
/// A client is never shown a state that no client had: an editor would take what does not fit its schema for a mistake,
/// and repair it for all.
/// </summary>
public sealed class ShownStateTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");

    /// <summary>Client 1 replaces its own first letter: the delete has effect as soon as the letter is there.</summary>
    private static readonly byte[] Replacement = [.. Typed(1, 1, "b")[..^1], 1, 1, 1, 0, 1];

    /// <summary>A client that the tests of parts send small ones.</summary>
    private static readonly SessionSettings SmallParts =
        SessionDefaults.Value with { Sync = new AnswerSizes(600, 200, 0), DeliveryBytes = 800, SendBytes = 300 };

    [Fact]
    public void Entries_wait_until_the_first_question_of_a_client_is_answered()
    {
        using var world = new World();
        var writer = world.Client();
        writer.Say(Update(A));
        var late = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        writer.Say(Update(Replacement));
        Assert.Equal(["step1"], late.Got);
        late.Say(Step1());
        Assert.Equal(["step1", "step2"], late.Got);
        Assert.Equal(World.StateOf(A, Replacement), late.Document.EncodeState());
        writer.Say(Update(Typed(1, 2, "c")));
        Assert.Equal("update", late.Got[^1]);
    }

    [Fact]
    public void A_client_that_never_asks_is_sent_entries_after_some_seconds_or_with_its_first_message()
    {
        using var world = new World();
        var writer = world.Client();
        var (silent, talking) = (new TestConnection(world.Context, world.Sessions, World.Name).Join(),
            new TestConnection(world.Context, world.Sessions, World.Name).Join());
        writer.Say(Update(A));
        talking.Say(Presence((9, 1, "{}")));
        Assert.Equal([A], talking.Updates);
        Assert.Empty(silent.Updates);
        world.Advance(11);
        Assert.Equal([A], silent.Updates);
        writer.Say(Update(B));
        Assert.Equal([A, B], silent.Updates);
    }

    [Fact]
    public void A_client_that_asks_late_is_still_sent_the_whole_document()
    {
        using var world = new World(SmallParts);
        var writer = world.Client();
        for (byte i = 1; i < 20; i++)
        {
            writer.Say(Update(Typed(i, 0, new string('x', 100))));
        }

        var late = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        world.Advance(11);
        late.Say(Step1());
        Assert.Equal(world.Stored(), late.Document.EncodeState());
        Assert.Single(late.Updates);
    }

    [Fact]
    public void What_a_client_types_before_it_has_sent_what_it_wrote_offline_becomes_one_entry_with_it()
    {
        using var world = new World();
        var (reader, back) = (world.Client(), world.Client());
        back.Say(Update(Replacement));
        Assert.Empty(world.Backplane.Entries(World.Name));
        back.Say(Marker(7));
        back.Say(Presence((1, 1, "{}")));
        Assert.Equal("{}", reader.Presence[1].State);
        Assert.DoesNotContain("marker 07", back.Got);

        back.Say(Step2(A));
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal(World.StateOf(A, Replacement), reader.Document.EncodeState());
        Assert.Equal(2, reader.Updates.Count);
        Assert.Contains("marker 07", back.Got);

        // After that its updates are taken as they come.
        back.Say(Update(Typed(1, 5, "x")));
        Assert.Equal(2, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void That_holds_also_behind_an_update_that_did_not_have_to_wait_and_is_not_logged_yet()
    {
        using var world = new World();
        var back = world.Client();
        world.Backplane.Appending.IsShut = true;
        back.Say(Update(Typed(2, 0, "c")));
        back.Say(Update(Typed(2, 1, "d")));
        back.Say(Update(Replacement));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(World.StateOf(Typed(2, 0, "c"), Typed(2, 1, "d")), world.Stored());
        back.Say(Step2(A));
        Assert.Equal(World.StateOf(Typed(2, 0, "c"), Typed(2, 1, "d"), A, Replacement), world.Stored());
    }

    [Fact]
    public void What_a_client_types_waits_only_so_long_for_a_past_that_does_not_come()
    {
        using var world = new World();
        var back = world.Client();
        back.Say(Update(Replacement));
        back.Say(Update(Typed(2, 0, "c")));
        Assert.Empty(world.Backplane.Entries(World.Name));
        world.Advance(11);
        Assert.Equal(World.StateOf(Replacement, Typed(2, 0, "c")), world.Stored());
    }

    [Fact]
    public void What_needs_nothing_that_is_missing_does_not_wait()
    {
        using var world = new World();
        var writer = world.Client();
        writer.Say(Update(A));
        writer.Say(Update(Replacement));
        writer.Say(Update(Typed(1, 2, "c")));
        Assert.Equal(3, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void A_reader_that_is_refused_anyway_does_not_wait()
    {
        using var world = new World();
        var reader = world.Client(access: AccessLevel.Read, format: ReceiptFormat.Instance);
        reader.Say(Update(Replacement));
        Assert.Equal("refused", reader.Got[^1]);
    }

    [Fact]
    public void While_the_log_is_away_updates_are_shown_in_the_order_in_which_they_came()
    {
        using var world = new World();
        var (first, second, reader) = (world.Client(), world.Client(), world.Client());
        second.Say(Step2([0, 0]));
        world.Backplane.Appending.Failure = new BackplaneUnavailableException("Away.");
        first.Say(Update(A));
        first.Leave(clean: false);
        second.Say(Update(Replacement));
        world.Advance(5);
        var shown = new ShownStates();
        Assert.All(reader.Updates.Skip(1), update => shown.Take(update));
        Assert.False(shown.IsPending);
        Assert.Equal(World.StateOf(A, Replacement), shown.Shown.EncodeState());
    }

    [Fact]
    public void A_question_that_a_client_repeats_is_answered_by_nothing_that_it_could_take_for_news_in_parts()
    {
        using var world = new World(SmallParts);
        var writer = world.Client();
        for (byte i = 1; i < 20; i++)
        {
            writer.Say(Update(Typed(i, 0, new string('x', 100))));
        }

        var reader = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        reader.Say(Step1(), Step1());
        reader.Say(Step1());
        Assert.Equal(3, reader.Got.Count(kind => kind == "step2"));
        Assert.Equal(2, reader.Updates.TakeLast(2).Count(update => update.Length < 100));
        Assert.Equal(world.Stored(), reader.Document.EncodeState());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whatever_is_read_and_whenever_every_state_that_a_reader_shows_is_one_that_the_log_had(bool answersWait)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : 20261130;
        var random = new Random(seed);
        using var world = new World(SmallParts)
        {
            Answers = answersWait ? new AnswerBudget(0, alwaysBytes: 0) : AnswerBudget.Unlimited,
        };
        var writer = world.Client();
        var clocks = new int[4];
        var states = new HashSet<string> { Convert.ToHexString(new YDocument().EncodeState()) };
        var logged = new YDocument();
        var readers = new List<(TestConnection Connection, ShownStates Shown, int Taken)>();
        for (var step = 0; step < 2000; step++)
        {
            if (readers.Count < 4)
            {
                readers.Add(
                    (new TestConnection(world.Context, world.Sessions, World.Name).Join(), new ShownStates(), 0));
            }

            var (connection, shown, _) = readers[random.Next(readers.Count)];
            switch (random.Next(12))
            {
                case 0:
                    connection.IsStuck = !connection.IsStuck;
                    break;
                case 1 or 2 when connection.IsSending:
                    connection.Drain();
                    break;
                case 3:
                    // Not while something is pending: a client says what it shows.
                    connection.Say(Step1(shown.IsPending ? [0] : shown.Shown.EncodeStateVector()));
                    break;
                case 4 when random.Next(30) == 0:
                    connection.Leave();
                    readers.RemoveAll(reader => reader.Connection == connection);
                    break;
                default:
                    var update = Change(random, clocks);
                    writer.Say(Update(update));
                    Assert.True(logged.TryApply(update, out _, out _));
                    states.Add(Convert.ToHexString(logged.EncodeState()));
                    break;
            }

            for (var i = 0; i < readers.Count; i++)
            {
                var (reader, seen, taken) = readers[i];
                for (; taken < reader.Updates.Count; taken++)
                {
                    if (seen.Take(reader.Updates[taken]))
                    {
                        var state = Convert.ToHexString(seen.Shown.EncodeState());
                        Assert.True(states.Contains(state),
                            $"Seed {seed}, step {step}: a reader shows what the log never had.");
                    }
                }

                readers[i] = (reader, seen, taken);
            }
        }
    }

    /// <summary>
    /// One of four clients adds a text, after another's last one if there is any, and may delete one of its own.
    /// </summary>
    private static byte[] Change(Random random, int[] clocks)
    {
        var client = random.Next(clocks.Length);
        var other = random.Next(clocks.Length);
        var length = random.Next(1, 60);
        using var writer = new Lib0Writer();
        writer.WriteVarUint(1);
        writer.WriteVarUint(1);
        writer.WriteVarUint((ulong)client + 1);
        writer.WriteVarUint((ulong)clocks[client]);
        if (clocks[other] == 0)
        {
            writer.WriteBytes([0x04, 1, 1, (byte)'t']);
        }
        else
        {
            writer.WriteByte(0x84);
            writer.WriteVarUint((ulong)other + 1);
            writer.WriteVarUint((ulong)clocks[other] - 1);
        }

        writer.WriteVarBytes(System.Text.Encoding.ASCII.GetBytes(new string('x', length)));
        var deletes = clocks[other] > 0 && random.Next(2) == 0;
        writer.WriteVarUint(deletes ? 1UL : 0);
        if (deletes)
        {
            writer.WriteVarUint((ulong)other + 1);
            writer.WriteVarUint(1);
            writer.WriteVarUint((ulong)random.Next(clocks[other]));
            writer.WriteVarUint(1);
        }

        clocks[client] += length;
        return writer.ToArray();
    }
}
