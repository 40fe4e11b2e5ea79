using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// Documents that are not open, read from snapshots and log for all who ask at the same time: a read takes several
/// times the document's size in memory. Thread-safe.
/// </summary>
/// <remarks>
/// Who asks joins a read that has not begun yet, so that the answer holds everything that the log held when it was
/// asked for. A document is read once at a time, and so are at most <see cref="AtOnce"/> documents.
/// </remarks>
internal sealed class SharedReads(DurableStateReader durable, TimeProvider time) : IDisposable
{
    /// <summary>How many documents a node reads at the same time for requests.</summary>
    public const int AtOnce = 8;

    /// <summary>A read that takes longer is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, Round> latest = [];
    private readonly SemaphoreSlim places = new(AtOnce);

    /// <summary>Reads a document, or joins who is about to.</summary>
    /// <returns>
    /// The outcome, and the encoded state where it was read. All who share the read get the same memory.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the stores took too long.</exception>
    public Task<(DurableOutcome Outcome, byte[] State)> ReadAsync(DocumentName name, CancellationToken cancellation)
    {
        Round? before;
        Round? begun = null;
        Round joined;
        lock (gate)
        {
            if (latest.TryGetValue(name, out before) && !before.HasBegun)
            {
                joined = before;
            }
            else
            {
                latest[name] = joined = begun = new Round();
            }
        }

        if (begun is not null)
        {
            _ = RunAsync(name, begun, before);
        }

        return joined.Done.Task.WaitAsync(cancellation);
    }

    public void Dispose() => places.Dispose();

    private async Task RunAsync(DocumentName name, Round round, Round? before)
    {
        if (before is not null)
        {
            await ((Task)before.Done.Task).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        await places.WaitAsync();
        lock (gate)
        {
            round.HasBegun = true;
        }

        try
        {
            // The first to ask may go; the others still want it.
            using var deadline = new CancellationTokenSource(Patience, time);
            var stored = await durable.ReadAsync(name, deadline.Token);
            round.Done.SetResult(
                (stored.Outcome, stored.Outcome == DurableOutcome.Read ? stored.Document.EncodeState() : []));
        }
        catch (Exception exception)
        {
            round.Done.SetException(exception);
        }
        finally
        {
            places.Release();
            lock (gate)
            {
                if (latest.GetValueOrDefault(name) == round)
                {
                    latest.Remove(name);
                }
            }
        }
    }

    private sealed class Round
    {
        public TaskCompletionSource<(DurableOutcome Outcome, byte[] State)> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasBegun { get; set; }
    }
}
