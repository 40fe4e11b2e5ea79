using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What a client is answered that asks again, and what that costs the node.</summary>
public sealed class QuestionTests
{
    private static readonly SessionSettings SmallParts =
        SessionDefaults.Value with { Sync = new AnswerSizes(600, 200, 0), DeliveryBytes = 800, SendBytes = 300 };

    [Fact]
    public void A_client_that_asks_again_before_it_is_answered_is_sent_no_part_that_takes_effect_early()
    {
        using var world = new World(SmallParts);
        var writer = Writer(world, letters: 100);
        var reader = new TestConnection(world.Context, world.Sessions, World.Name) { IsStuck = true }.Join();
        Assert.True(reader.IsSending);
        reader.Say(Step1());

        // Meanwhile it has got 50 letters of each from its own store.
        var shown = new ShownStates();
        for (byte i = 1; i < 20; i++)
        {
            Assert.True(shown.Take(Typed(i, 0, new string('x', 50))));
        }

        reader.Say(Step1(shown.Shown.EncodeStateVector()));
        while (reader.IsSending)
        {
            reader.Drain();
        }

        Assert.Equal(1, reader.Updates.Count(shown.Take));
        Assert.Equal(writer.Document.EncodeState(), shown.Shown.EncodeState());
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(1, false)]
    public void What_a_client_types_before_it_is_answered_keeps_a_large_answer_in_parts(byte id, bool isItsOwn)
    {
        using var world = new World(SmallParts);
        var writer = Writer(world, letters: 100);
        var reader = new TestConnection(world.Context, world.Sessions, World.Name) { IsStuck = true }.Join();
        byte[] typed = Typed(id, 0, new string('x', isItsOwn ? 1 : 101));
        world.Backplane.Appending.IsShut = true;
        reader.Say(Step1());
        reader.Say(Update(typed));
        while (reader.IsSending)
        {
            reader.Drain();
        }

        // What it has of others, perhaps from a store of its own, would have parts take effect early.
        Assert.Equal(isItsOwn, reader.Updates.TrueForAll(update => update.Length <= 600));
        var shown = new ShownStates();
        Assert.True(shown.Take(typed));
        Assert.Equal(1, reader.Updates.Count(shown.Take));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(world.Stored(), writer.Document.EncodeState());
    }

    [Fact]
    public void What_a_client_types_is_not_taken_for_its_own_any_more_when_others_may_build_on_it()
    {
        using var world = new World(SmallParts);
        Writer(world, letters: 100);
        var reader = new TestConnection(world.Context, world.Sessions, World.Name) { IsStuck = true }.Join();
        reader.Say(Step1());
        reader.Say(Update(Typed(99, 0, "y")));
        while (reader.IsSending)
        {
            reader.Drain();
        }

        Assert.Contains(reader.Updates, update => update.Length > 1900);
    }

    [Fact]
    public void Questions_whose_answer_was_sent_already_have_it_made_no_more()
    {
        using var world = new World(SessionDefaults.Value with { Sync = new AnswerSizes(10_000, 5_000, 0) });
        Writer(world, letters: 10_000);
        var reader = world.Client(access: AccessLevel.Read);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (byte i = 0; i < 100; i++)
        {
            reader.Say(Step1(1, 120, i));
            world.Advance(1);
        }

        // Each answer would have 190,000 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 30_000);
        Assert.All(reader.Updates.TakeLast(100), update => Assert.Equal([0, 0], update));
    }

    [Fact]
    public void After_such_a_question_others_are_not_looked_at_for_some_seconds()
    {
        using var world = new World(SmallParts);
        Writer(world, letters: 100);
        var reader = world.Client(access: AccessLevel.Read);
        var almostAll = new YDocument();
        Assert.True(almostAll.TryApply(world.Stored(), out _, out _));
        byte[] lacksOne = almostAll.EncodeStateVector();
        lacksOne[^1]--;
        reader.Say(Step1(lacksOne));
        Assert.True(reader.Updates[^1].Length > 2);
        reader.Say(Step1());
        Assert.Equal([0, 0], reader.Updates[^1]);
        reader.Say(Step1(lacksOne));
        Assert.Equal([0, 0], reader.Updates[^1]);
        world.Advance(6);
        reader.Say(Step1(lacksOne));
        Assert.True(reader.Updates[^1].Length > 2);
        reader.Say(Step1());
        reader.Say(Step1(5, 1));
        Assert.Equal(RefusalReason.BadMessage, reader.Closed);
    }

    /// <summary>Writes some letters in the name of each of 19 clients.</summary>
    private static TestConnection Writer(World world, int letters)
    {
        var writer = world.Client();
        for (byte i = 1; i < 20; i++)
        {
            writer.Say(Update(Typed(i, 0, new string('x', letters))));
        }

        return writer;
    }
}
