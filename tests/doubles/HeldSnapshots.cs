using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>A node's own snapshot store whose reads a test can hold up.</summary>
internal sealed class HeldSnapshots(ISnapshotStore store) : ISnapshotStore
{
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? held;
    private int reads;

    /// <summary>Reads since they are held up.</summary>
    public int Reads => Volatile.Read(ref reads);

    public void Hold()
    {
        reads = 0;
        held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Completes when a read is held up.</summary>
    public Task OneIsHeldAsync() => begun.Task;

    /// <summary>Completes when so many reads are held up.</summary>
    public async Task UntilReadsAsync(int count)
    {
        while (Reads < count)
        {
            await Task.Yield();
        }
    }

    public void LetAllGo() => held!.SetResult();

    public async ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        if (held is { } hold)
        {
            Interlocked.Increment(ref reads);
            begun.TrySetResult();
            await hold.Task.WaitAsync(cancellation);
        }

        return await store.ReadAsync(document, snapshot, cancellation);
    }

    public ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation) =>
        store.WriteAsync(snapshot, cancellation);

    public ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation) =>
        store.ListAsync(document, cancellation);

    public ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
        store.DeleteAsync(document, snapshot, cancellation);

    public ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) => store.SetAsideAsync(document, snapshot, cancellation);
}
