using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// Documents that are not open, read from snapshots and log for all who ask at the same time: a read takes several
/// times the document's size in memory. Thread-safe.
/// </summary>
/// <remarks>
/// Who asks joins a read that has not begun yet, so that the answer holds everything that the log held when it was
/// asked for. A document is read once at a time, and so are at most <see cref="AtOnce"/> documents. A read that all
/// its callers have given up ends, and keeps no place.
/// </remarks>
internal sealed class SharedReads(DurableStateReader durable, TimeProvider time)
{
    /// <summary>How many documents a node reads at the same time for requests.</summary>
    public const int AtOnce = 8;

    /// <summary>How many reads may wait for their turn or be under way; more are refused.</summary>
    public const int Most = 200;

    /// <summary>A read that takes longer is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();

    /// <summary>The read of each document that was asked for last; before it, another may be under way.</summary>
    private readonly Dictionary<DocumentName, SharedRead> latest = [];
    private readonly ReadTurns turns = new(AtOnce);

    /// <summary>Reads a document, or joins who is about to.</summary>
    /// <returns>
    /// The outcome, and the encoded state where it was read; null if too many others are read at the moment. All who
    /// share the read get the same memory.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the stores took too long.</exception>
    public async Task<(DurableOutcome Outcome, byte[] State)?> ReadAsync(
        DocumentName name, CancellationToken cancellation)
    {
        SharedRead? before;
        SharedRead? begun = null;
        SharedRead joined;
        lock (gate)
        {
            if (latest.TryGetValue(name, out before) && before.Stage < SharedReadStage.UnderWay)
            {
                joined = before;
            }
            else if (latest.Count >= Most)
            {
                return null;
            }
            else
            {
                latest[name] = joined = begun = new SharedRead();
                joined.Stage = before is null ? SharedReadStage.Queued : SharedReadStage.Following;
            }

            joined.Callers++;
        }

        if (begun is not null)
        {
            _ = RunAsync(name, begun, before);
        }

        try
        {
            return await joined.Done.Task.WaitAsync(cancellation);
        }
        finally
        {
            Leave(name, joined);
        }
    }

    private void Leave(DocumentName name, SharedRead read)
    {
        lock (gate)
        {
            if (--read.Callers > 0 || read.Stage is SharedReadStage.Following or SharedReadStage.Over)
            {
                return;
            }

            if (read.Stage == SharedReadStage.Queued)
            {
                // No one is to join it any more.
                End(name, read);
            }
        }

        read.GivenUp.Cancel();
    }

    private async Task RunAsync(DocumentName name, SharedRead read, SharedRead? before)
    {
        try
        {
            if (before is not null)
            {
                await ((Task)before.Done.Task).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            Enqueue(name, read);
            await turns.TakeAsync(read.GivenUp.Token);
            try
            {
                read.Done.SetResult(await ReadAsync(name, read));
            }
            finally
            {
                turns.Return();
            }
        }
        catch (Exception exception)
        {
            read.Done.SetException(exception);
        }

        lock (gate)
        {
            End(name, read);
        }
    }

    /// <exception cref="OperationCanceledException">All callers went during the read before it.</exception>
    private void Enqueue(DocumentName name, SharedRead read)
    {
        lock (gate)
        {
            if (read.Callers == 0)
            {
                End(name, read);
                throw new OperationCanceledException();
            }

            read.Stage = SharedReadStage.Queued;
        }
    }

    private async Task<(DurableOutcome Outcome, byte[] State)> ReadAsync(DocumentName name, SharedRead read)
    {
        lock (gate)
        {
            read.GivenUp.Token.ThrowIfCancellationRequested();
            read.Stage = SharedReadStage.UnderWay;
        }

        using var deadline = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, read.GivenUp.Token);
        var stored = await durable.ReadAsync(name, end.Token);
        return (stored.Outcome, stored.Outcome == DurableOutcome.Read ? stored.Document.EncodeState() : []);
    }

    private void End(DocumentName name, SharedRead read)
    {
        read.Stage = SharedReadStage.Over;
        if (latest.GetValueOrDefault(name) == read)
        {
            latest.Remove(name);
        }
    }
}
