using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>
/// What takes long is not done on the thread of a socket loop: the loop goes on with other connections, and each
/// session with its own messages in their order.
/// </summary>
public sealed class LongStepTests
{
    [Fact]
    public void A_large_update_is_left_to_another_thread_and_what_follows_comes_after_it()
    {
        using var world = new World();
        var hostile = world.Client();
        var other = Other(world);
        var large = Typed(1, 0, new string('x', LongSteps.MostBytes));
        var (settled, others) = (hostile.Settled, other.Settled);
        world.Context.IsHurried = true;
        Hand(hostile, DocumentMessageKind.Update, large, 70_000);
        Hand(hostile, DocumentMessageKind.Update, Typed(1, LongSteps.MostBytes, "y"), 1);
        Ask(hostile);
        Ask(other);
        Assert.Equal(settled, hostile.Settled);
        Assert.Equal(others + 1, other.Settled);
        world.Run();
        Assert.Equal(settled + 70_002, hostile.Settled);
        Assert.Equal(World.StateOf(large, Typed(1, LongSteps.MostBytes, "y")), world.Stored());
    }

    [Fact]
    public void A_large_document_is_encoded_by_another_thread()
    {
        using var world = new World();
        var writer = world.Client();
        var large = Typed(1, 0, new string('x', (int)LongSteps.MostMemory));
        writer.Say(Update(large));
        var newcomer = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        var (got, settled) = (newcomer.Got.Count, newcomer.Settled);
        world.Context.IsHurried = true;
        Hand(newcomer, DocumentMessageKind.SyncStep1, [0], 1);
        Assert.Equal(got, newcomer.Got.Count);

        // Its own messages wait for that.
        Ask(writer);
        Assert.Equal(settled, newcomer.Settled);
        world.Run();
        Assert.Contains("step2", newcomer.Got);

        // What is small is done at once, in a large document, too.
        var before = writer.Settled;
        Hand(writer, DocumentMessageKind.Update, Typed(1, LongSteps.MostMemory, "y"), 1);
        Ask(writer);
        Assert.Equal(before + 2, writer.Settled);
        Assert.Equal(World.StateOf(large, Typed(1, LongSteps.MostMemory, "y")), world.Stored());
    }

    [Fact]
    public void A_small_document_is_encoded_at_once()
    {
        using var world = new World();
        world.Client().Say(Update(Typed(1, 0, "x")));
        var newcomer = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        world.Context.IsHurried = true;
        Hand(newcomer, DocumentMessageKind.SyncStep1, [0], 1);
        Assert.Contains("step2", newcomer.Got);
    }

    [Fact]
    public void A_document_in_which_a_collection_is_due_is_left_to_another_thread()
    {
        var document = new YjsContentKind(true).Create();
        Assert.False(LongSteps.Applies(20, document));
        Assert.True(LongSteps.Applies(LongSteps.MostBytes + 1, document));
        Assert.True(document.TryApply(Typed(1, 0, new string('x', (int)LongSteps.MostMemory)), out _, out _));
        Assert.True(LongSteps.Encodes(document));
        Assert.False(LongSteps.Applies(20, document));
        Assert.True(LongSteps.Applies(1_000, document));
    }

    [Fact]
    public void A_small_update_that_may_fill_many_holes_is_left_to_another_thread()
    {
        const int Holes = 20_000;
        var document = new YjsContentKind(true).Create();
        DocumentMessage[] small = [new DocumentMessage(DocumentMessageKind.Update, new byte[20], [], Bytes: 20)];
        ReadOnlyMemory<byte>[] single =
            [.. Enumerable.Range(0, Holes).Select(i => Typed(1, 1 + (2 * (ulong)i), "x"))];
        Assert.True(YDocument.TryMerge(single, out var structs, out _));
        Assert.True(document.TryApply(structs, out _, out _));
        Assert.True(LongSteps.Encodes(document));
        Assert.False(document.MayBeCollected(20));
        Assert.True(LongSteps.Applies(20, document));
        Assert.True(LongSteps.TakesIn(small, document));

        // What fills them all leaves none.
        Assert.True(document.TryApply(Typed(1, 0, new string('y', 2 * Holes)), out _, out _));
        Assert.False(LongSteps.TakesIn(small, document));
    }

    private static TestConnection Other(World world)
    {
        var other = new TestConnection(world.Context, world.Sessions, DocumentName.Create("other"));
        other.Join().Say(Step1());
        return other;
    }

    private static void Ask(TestConnection client) => Hand(client, DocumentMessageKind.QueryAwareness, [], 1);

    private static void Hand(TestConnection client, DocumentMessageKind kind, byte[] payload, int bytes) =>
        client.Attachment.Receive([new DocumentMessage(kind, payload, [], Bytes: bytes)]);
}
