using System.Runtime.CompilerServices;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class DeliveryTests
{
    [Fact]
    public void The_node_asks_first_and_every_question_of_the_client_is_answered_at_any_time()
    {
        using var world = new World();
        var client = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        Assert.Equal(["step1"], client.Got);
        client.Say(Step1());
        Assert.Equal(["step1", "step2"], client.Got);
        client.Say(Update(Typed(1, 0, "a")));
        client.Say(Step1());
        Assert.Equal(["step1", "step2", "update", "step2"], client.Got);
    }

    [Fact]
    public void The_answer_to_an_empty_document_is_the_empty_update()
    {
        using var world = new World();
        Assert.Equal([0, 0], world.Client().Updates.Single());
    }

    [Fact]
    public void Several_messages_in_one_frame_are_all_handled()
    {
        using var world = new World();
        var client = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        client.Say(Step1(), Step2(Typed(1, 0, "a")), Presence((1, 1, "{}")), Update(Typed(1, 1, "b")), QueryPresence());
        Assert.Equal(World.StateOf(Typed(1, 0, "a"), Typed(1, 1, "b")), world.Stored());
        Assert.Contains("step2", client.Got);
        Assert.Equal("{}", client.Presence[1].State);
    }

    [Fact]
    public void A_large_document_comes_in_parts_the_last_of_which_says_that_it_was_all_and_later_entries_follow()
    {
        using var world = new World(
            SessionDefaults.Value with { Sync = new AnswerSizes(4000, 1000, 8000), SendBytes = 1500 });
        var writer = world.Client();
        for (ulong i = 0; i < 30; i++)
        {
            writer.Say(Update(Typed(i + 1, 0, new string('x', 300))));
        }

        var late = new TestConnection(world.Context, world.Sessions, World.Name) { IsStuck = true }.Join();
        late.Drain();
        late.Say(Step1());
        writer.Say(Update(Typed(99, 0, "later")));
        while (late.IsSending)
        {
            late.Drain();
        }

        Assert.True(late.Got.Count > 5);
        var end = late.Got.IndexOf("step2");
        Assert.All(late.Got.Skip(1).Take(end - 1), kind => Assert.Equal("update", kind));
        Assert.Equal(["update"], late.Got.Skip(end + 1));
        Assert.All(late.Updates, update => Assert.InRange(update.Length, 2, 1000));
        Assert.Equal(world.Stored(), late.Document.EncodeState());
    }

    [Fact]
    public void A_connection_that_is_still_sending_gets_all_that_it_missed_at_once()
    {
        using var world = new World();
        var (writer, slow) = (world.Client(), world.Client());
        slow.IsStuck = true;
        for (ulong i = 0; i < 100; i++)
        {
            writer.Say(Update(Typed(1, i, "x")));
        }

        var batches = slow.Batches;
        Assert.Equal(2, slow.Updates.Count);
        slow.Drain();
        Assert.Equal(batches + 1, slow.Batches);
        Assert.Equal(101, slow.Updates.Count);
        Assert.Equal(writer.Document.EncodeState(), slow.Document.EncodeState());
    }

    [Fact]
    public void A_connection_that_does_not_read_costs_bounded_memory_delays_no_other_and_gets_one_diff_in_the_end()
    {
        using var world = new World(SessionDefaults.Value with { DeliveryBytes = 2000 });
        var (writer, other, stuck) = (world.Client(), world.Client(), world.Client());
        stuck.IsStuck = true;
        for (ulong i = 0; i < 1000; i++)
        {
            writer.Say(Update(Typed(1 + (i % 3), i / 3, "y")));
            Assert.Equal((int)i + 2, other.Updates.Count);
        }

        Assert.Equal(2, stuck.Updates.Count);
        stuck.Drain();
        Assert.InRange(stuck.Updates.Count, 3, 4);
        Assert.Equal(writer.Document.EncodeState(), stuck.Document.EncodeState());
    }

    [Fact]
    public void The_difference_for_a_connection_that_fell_behind_has_the_deletes_that_it_missed()
    {
        using var world = new World(SessionDefaults.Value with { DeliveryBytes = 100 });
        var (writer, stuck) = (world.Client(), world.Client());
        writer.Say(Update(Typed(1, 0, "abc")));
        stuck.IsStuck = true;
        writer.Say(Update(Typed(1, 3, "d")));

        // No structs, and a delete set: client 1, one range, clock 1, length 1.
        writer.Say(Update([0, 1, 1, 1, 1, 1]));
        for (ulong i = 0; i < 50; i++)
        {
            writer.Say(Update(Typed(2, i, "z")));
        }

        stuck.Drain();
        stuck.Drain();
        Assert.Equal(world.Stored(), stuck.Document.EncodeState());
    }

    [Fact]
    public void An_update_with_a_client_without_structs_ends_no_session_when_a_connection_falls_behind()
    {
        using var world = new World(SessionDefaults.Value with { DeliveryBytes = 20_000 });
        var (writer, other, stuck) = (world.Client(), world.Client(), world.Client());
        stuck.IsStuck = true;
        writer.Say(Update(Typed(1, 0, "a")));
        writer.Say(Update(WithEmptySection(1024)));
        for (ulong i = 0; i < 30; i++)
        {
            writer.Say(Update(Typed(2, i * 1000, new string('x', 1000))));
        }

        Assert.Null(other.Closed);
        Assert.Null(stuck.Closed);
        Assert.Equal(32, other.Updates.Count(update => update is not [0, 0]));
    }

    [Fact]
    public void A_state_vector_that_does_not_read_ends_its_connection()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Step1(5, 1));
        Assert.Equal(RefusalReason.BadMessage, client.Closed);
    }

    [Fact]
    public void An_answer_that_a_change_has_made_wrong_takes_no_memory()
    {
        using var world = new World();
        var writer = world.Client();
        writer.Say(Update(Typed(1, 0, "a")));
        var answer = Answered(world);
        GC.Collect();
        Assert.True(answer.IsAlive);
        writer.Say(Update(Typed(1, 1, "b")));
        GC.Collect();
        Assert.False(answer.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Answered(World world)
    {
        var client = world.Client();
        Assert.True(client.IsSynced);
        return client.LastFrame!;
    }

    [Fact]
    public void What_a_client_has_is_not_sent_again()
    {
        using var world = new World();
        world.Client().Say(Update(Typed(1, 0, new string('x', 1000))));
        var knows = new TestConnection(world.Context, world.Sessions, World.Name).Join();

        // Client 1, clock 1000.
        knows.Say(Step1(1, 1, 0xE8, 0x07));
        Assert.Equal([0, 0], knows.Updates.Single());
    }

    [Fact]
    public void Of_many_questions_that_pile_up_only_the_last_few_are_answered()
    {
        using var world = new World();
        var client = world.Client();
        client.IsStuck = true;
        client.Say(Update(Typed(1, 0, "a")));
        for (var i = 0; i < 100; i++)
        {
            client.Say(Step1());
        }

        while (client.IsSending)
        {
            client.Drain();
        }

        Assert.InRange(client.Got.Count(k => k == "step2"), 2, 17);
    }

    [Fact]
    public void A_question_counts_as_waiting_until_it_is_answered_or_passed_over()
    {
        using var world = new World();
        var client = world.Client();
        client.IsStuck = true;
        client.Say(Update(Typed(1, 0, "a")));
        var settled = client.Settled;
        for (var i = 0; i < 100; i++)
        {
            client.Say(Step1());
        }

        Assert.Equal(settled + (84 * Step1().Length), client.Settled);
        while (client.IsSending)
        {
            client.Drain();
        }

        Assert.Equal(settled + (100 * Step1().Length), client.Settled);
    }

    [Fact]
    public void Whatever_connections_read_and_whenever_they_end_up_with_the_same_document()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : 20261120;
        var random = new Random(seed);
        using var world = new World(
            SessionDefaults.Value with { DeliveryBytes = 800, Sync = new AnswerSizes(600, 300, 600), SendBytes = 500 });
        var writer = world.Client();
        var readers = Enumerable.Range(0, 5).Select(_ => world.Client()).ToArray();
        ulong clock = 0;
        for (var step = 0; step < 3000; step++)
        {
            var reader = readers[random.Next(5)];
            switch (random.Next(8))
            {
                case 0:
                    reader.IsStuck = !reader.IsStuck;
                    break;
                case 1 or 2 when reader.IsSending:
                    reader.Drain();
                    break;
                case 3:
                    reader.Say(Step1(reader.Document.EncodeStateVector()));
                    break;
                default:
                    writer.Say(Update(Typed(1, clock, "abc")));
                    clock += 3;
                    break;
            }
        }

        foreach (var reader in readers)
        {
            reader.IsStuck = false;
            if (reader.IsSending)
            {
                reader.Drain();
            }

            Assert.True(reader.Document.EncodeState().AsSpan().SequenceEqual(world.Stored()), $"Seed {seed}.");
        }
    }

    /// <summary>Values that do not join, and a client that has none: clients are in descending order.</summary>
    private static byte[] WithEmptySection(int values)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint(2);
        writer.WriteVarUint((ulong)values);
        writer.WriteBytes([9, 0]);
        for (var i = 0; i < values; i++)
        {
            writer.WriteBytes([8, 1, 1, (byte)'a', 1, 126]);
        }

        writer.WriteBytes([0, 5, 0, 0]);
        return writer.ToArray();
    }
}
