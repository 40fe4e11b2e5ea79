using Relay.Yjs;

namespace Relay.Api;

public sealed class DocumentTurnsTests
{
    private static readonly DocumentName Plan = DocumentName.Create("plan");
    private static readonly DocumentName Notes = DocumentName.Create("notes");

    private readonly DocumentTurns turns = new();

    [Fact]
    public async Task Callers_of_one_document_come_one_after_the_other_and_others_do_not_wait()
    {
        var first = await turns.TakeAsync(Plan, default);
        var second = turns.TakeAsync(Plan, default).AsTask();
        var third = turns.TakeAsync(Plan, default).AsTask();
        (await turns.TakeAsync(Notes, default)).Dispose();
        Assert.False(second.IsCompleted);
        first.Dispose();
        var held = await second.WaitAsync(Node.TestNode.Patience);
        Assert.False(third.IsCompleted);
        held.Dispose();
        (await third.WaitAsync(Node.TestNode.Patience)).Dispose();
        Assert.Equal(0, turns.Count);
    }

    [Fact]
    public async Task One_that_goes_leaves_the_queue_and_nothing_behind()
    {
        var first = await turns.TakeAsync(Plan, default);
        using var gone = new CancellationTokenSource();
        var second = turns.TakeAsync(Plan, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(1, turns.Count);
        first.Dispose();
        Assert.Equal(0, turns.Count);
        (await turns.TakeAsync(Plan, default)).Dispose();
    }
}
