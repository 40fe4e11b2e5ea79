using Relay.Doubles;
using Relay.Protocols.YWebSocket;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What a node keeps of answers for connections that do not read them.</summary>
public sealed class AnswerMemoryTests
{
    private const int DocumentBytes = 800_000;
    private const int PartBytes = 20_000;

    private static readonly SessionSettings InParts =
        SessionDefaults.Value with { Sync = new AnswerSizes(2 * PartBytes, PartBytes, 0), SendBytes = 10_000 };

    [Fact]
    public void A_document_that_waits_no_more_is_not_woken_and_not_kept()
    {
        var budget = new AnswerBudget(100);
        budget.Charge(100);
        var woken = 0;
        var wake = () => { woken++; };
        budget.Wait(wake, budget.Returns);
        budget.EndWait(wake);
        budget.Return(100);
        Assert.Equal(0, woken);
    }

    [Fact]
    public void Documents_are_told_of_room_in_the_order_in_which_they_began_to_wait()
    {
        var budget = new AnswerBudget(100);
        budget.Charge(200);
        var told = new List<int>();
        var wakes = Enumerable.Range(0, 3).Select(i => (Action)(() => told.Add(i))).ToArray();
        foreach (var wake in wakes)
        {
            budget.Wait(wake, budget.Returns);
        }

        budget.Return(110);
        Assert.Equal([0, 1, 2], told);

        // Two find no room and wait on, in whichever order they have looked; one has found some.
        budget.Wait(wakes[2], budget.Returns);
        budget.EndWait(wakes[1]);
        budget.Wait(wakes[0], budget.Returns);
        budget.Wait(wakes[1], budget.Returns);
        budget.Return(10);
        Assert.Equal([0, 1, 2, 0, 2, 1], told);
    }

    [Fact]
    public void Questions_that_wait_for_room_are_answered_in_their_order()
    {
        using var world = new World(InParts) { Answers = new AnswerBudget(1) };
        var writer = LargeDocument(world);
        var first = Reader(world, isShared: true);
        writer.Say(Update(Typed(2, 0, "x")));
        var (late, early) = (Silent(world), Silent(world));
        early.Say(Step1());
        late.Say(Step1(1, 2, 1));
        Assert.False(early.IsSending || late.IsSending);
        first.Leave();
        world.Run();
        Assert.True(early.IsSending);
        Assert.False(late.IsSending);
        ReadAll([early]);
        ReadAll([late]);
        Assert.Contains("step2", late.Got);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_hundred_questions_for_one_document_keep_one_answer_and_are_all_answered(bool isShared)
    {
        using var world = new World(InParts) { Answers = new AnswerBudget(DocumentBytes) };
        var writer = LargeDocument(world);
        var readers = Enumerable.Range(0, 200).Select(_ => Reader(world, isShared)).ToList();
        Assert.All(readers, reader => Assert.DoesNotContain("step2", reader.Got));

        // Of the first parts, in frames of a connection's own, there is room for some.
        Assert.InRange(world.Answers.Used, DocumentBytes, DocumentBytes + world.Answers.AlwaysBytes + (4 * PartBytes));
        Assert.InRange(readers.Count(reader => reader.IsSending), isShared ? 200 : 12, isShared ? 200 : 16);
        foreach (var reader in readers)
        {
            ReadAll([reader]);
            Assert.Equal("step2", reader.Got[^1]);
            Assert.Equal(writer.Document.EncodeStateVector(), reader.Document.EncodeStateVector());
            reader.Updates.Clear();
            reader.Leave();
        }

        Assert.Equal(0, world.Answers.Used);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Questions_at_different_versions_wait_for_room_while_those_who_are_in_go_on(bool isShared)
    {
        using var world = new World(InParts) { Answers = new AnswerBudget(3 * DocumentBytes) };
        var writer = LargeDocument(world);
        var other = world.Client();
        var readers = new List<TestConnection>();
        for (byte i = 0; i < 12; i++)
        {
            readers.Add(Reader(world, isShared));
            writer.Say(Update(Typed(2, i, "x")));
        }

        Assert.InRange(world.Answers.Used, 2 * DocumentBytes, 5 * DocumentBytes);
        Assert.Equal(writer.Document.EncodeState(), other.Document.EncodeState());

        // The time for clients to say what they have does not end their wait.
        world.Advance(11);
        writer.Say(Update(Typed(2, 12, "x")));
        Assert.Equal(writer.Document.EncodeState(), other.Document.EncodeState());
        Assert.True(readers[^1].Updates.Count == 0);
        ReadAll(readers);
        foreach (var reader in readers)
        {
            var shown = new ShownStates();
            Assert.InRange(reader.Updates.Count(shown.Take), 1, 14);
            Assert.Contains("step2", reader.Got);
            Assert.Equal(writer.Document.EncodeState(), shown.Shown.EncodeState());
        }

        Assert.Equal(0, world.Answers.Used);
    }

    [Fact]
    public void Who_leaves_makes_room_for_those_who_wait()
    {
        using var world = new World(InParts) { Answers = new AnswerBudget(1) };
        var writer = LargeDocument(world);
        var first = Reader(world, isShared: true);
        writer.Say(Update(Typed(2, 0, "x")));
        var second = Reader(world, isShared: true);
        Assert.False(second.IsSending);
        Assert.Empty(second.Updates);
        first.Leave();
        world.Run();
        Assert.True(second.IsSending);
        ReadAll([second]);
        Assert.Equal(writer.Document.EncodeState(), second.Document.EncodeState());
    }

    [Fact]
    public void One_that_waits_with_the_rest_of_an_answer_misses_no_entry()
    {
        using var world = new World(InParts) { Answers = new AnswerBudget(1) };
        var writer = LargeDocument(world);

        // Of copies there is room for thirteen parts.
        var readers = Enumerable.Range(0, 20).Select(_ => Reader(world, isShared: false)).ToList();
        Assert.Contains(readers, reader => !reader.IsSending);
        foreach (var reader in readers.Where(reader => reader.IsSending))
        {
            reader.IsStuck = false;
        }

        writer.Say(Update(Typed(2, 0, "x")));
        ReadAll(readers);
        Assert.All(readers, reader => Assert.Equal(writer.Document.EncodeState(), reader.Document.EncodeState()));
        Assert.Equal(0, world.Answers.Used);
    }

    [Fact]
    public void Room_in_the_budget_wakes_the_documents_that_wait_for_it()
    {
        var budget = new AnswerBudget(100);
        var (first, second) = (new AnswerRoom(budget), new AnswerRoom(budget));
        Assert.True(first.TryTake(budget.AlwaysBytes));
        Assert.True(second.TryTake(60));
        Assert.True(second.TryTake(budget.AlwaysBytes - 60));
        Assert.False(second.TryTake(1));
        var woken = 0;
        budget.Wait(() => woken++, budget.Returns);
        second.Return(60);
        Assert.Equal(0, woken);
        var seen = budget.Returns;
        first.Return(budget.AlwaysBytes);
        second.Return(budget.AlwaysBytes - 60);
        Assert.Equal((1, 0), (woken, budget.Used));
        budget.Wait(() => woken++, seen);
        Assert.Equal(2, woken);
        Assert.Equal(long.MaxValue, second.Most);
    }

    /// <summary>A document of 40 clients, each of which wrote a part of it.</summary>
    private static TestConnection LargeDocument(World world)
    {
        var writer = world.Client();
        for (ulong i = 10; i < 50; i++)
        {
            writer.Say(Update(Typed(i, 0, new string('x', PartBytes))));
        }

        return writer;
    }

    /// <summary>A client that asks for everything and reads only the node's own question.</summary>
    private static TestConnection Reader(World world, bool isShared)
    {
        var reader = Silent(world, isShared);
        reader.Say(Step1());
        return reader;
    }

    /// <summary>One that does not ask.</summary>
    private static TestConnection Silent(World world, bool isShared = true)
    {
        var reader = new TestConnection(world.Context, world.Sessions, World.Name, AccessLevel.Read)
        {
            Format = isShared ? YWebSocketFormat.Instance : new OwnFormat(),
            IsStuck = true,
        };
        reader.Join();
        reader.Drain();
        return reader;
    }

    private static void ReadAll(IReadOnlyCollection<TestConnection> readers)
    {
        while (readers.Any(reader => reader.IsSending))
        {
            foreach (var reader in readers.Where(reader => reader.IsSending))
            {
                reader.Drain();
            }
        }
    }
}
