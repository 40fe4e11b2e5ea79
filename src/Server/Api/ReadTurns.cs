namespace Relay.Api;

/// <summary>
/// Turns of those of whom only some may be at work at once, in the order in which they came. Who gives up leaves the
/// queue at once. Thread-safe.
/// </summary>
internal sealed class ReadTurns(int atOnce)
{
    private readonly Lock gate = new();
    private readonly LinkedList<TaskCompletionSource> waiting = [];
    private int taken;

    /// <summary>Waits for a turn, which the caller gives back.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up, and has no turn.</exception>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource> node;
        lock (gate)
        {
            cancellation.ThrowIfCancellationRequested();
            if (taken < atOnce)
            {
                taken++;
                return;
            }

            node = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var given = cancellation.UnsafeRegister(_ => GiveUp(node, cancellation), null);
        await node.Value.Task;
    }

    /// <summary>Gives a turn to the one that waits longest.</summary>
    public void Return()
    {
        lock (gate)
        {
            if (waiting.First is { } next)
            {
                waiting.RemoveFirst();
                next.Value.SetResult();
            }
            else
            {
                taken--;
            }
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellation)
    {
        lock (gate)
        {
            // One that has its turn by now goes on, and gives it back.
            if (node.List is not null)
            {
                waiting.Remove(node);
                node.Value.SetCanceled(cancellation);
            }
        }
    }
}
