using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>Which of the updates that wait are still to be logged.</summary>
public sealed class OutboxBatchesTests
{
    private static readonly byte[] A = Messages.Typed(1, 0, "a");
    private static readonly byte[] B = Messages.Typed(1, 1, "b");

    [Fact]
    public void An_update_that_is_still_new_is_not_read_again()
    {
        using var world = new OutboxWorld();
        var item = Waits(world, B);
        Log(world, A);

        // Were it read, it would throw.
        var taken = Take(world, item with { Update = new byte[] { 0xFF } });
        Assert.Equal([0xFF], Assert.Single(taken).Update.ToArray());
        Assert.Throws<InvalidOperationException>(
            () => Take(world, item with { Update = new byte[] { 0xFF }, Extent = default }));
    }

    [Fact]
    public void An_update_that_was_logged_meanwhile_is_acknowledged_and_not_logged_again()
    {
        using var world = new OutboxWorld();
        var item = Waits(world, A);
        Log(world, A);
        Assert.Empty(Take(world, item));
        Assert.True(item.From!.Receipts.IsAllAcknowledged);
    }

    [Fact]
    public void Of_an_update_that_was_logged_in_part_the_rest_is_logged()
    {
        using var world = new OutboxWorld();
        var item = Waits(world, Messages.Typed(1, 0, "ab"));
        Log(world, A);
        var rest = Assert.Single(Take(world, item)).Update;
        Log(world, rest);
        Assert.Equal(World.StateOf(A, B), world.Content.Document.EncodeState());
    }

    /// <summary>An update that was new when it came.</summary>
    private static OutboxItem Waits(OutboxWorld world, byte[] update)
    {
        var message = new DocumentMessage(DocumentMessageKind.Update, update, []);
        Assert.True(
            FoundDiff.TryFind(world.Content.Document, message, true, long.MaxValue, out var diff, out var error),
            error.ToString());
        Assert.NotEqual(default, diff.Extent);
        var writer = OutboxWorld.Writer();
        writer.Receipts.Take();
        world.Content.Limit.Wait(diff.Growth);
        return new OutboxItem(writer, diff.Update, 10, true, world.Content.Version, diff.Growth, diff.Extent);
    }

    private static void Log(OutboxWorld world, ReadOnlyMemory<byte> update) =>
        Assert.True(world.Content.TryApply(update, out _, out ContentError error), error.ToString());

    private static List<OutboxItem> Take(OutboxWorld world, OutboxItem item) =>
        new OutboxBatches(world.Content, world).Take([item]);
}
