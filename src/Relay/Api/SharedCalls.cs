namespace Relay.Api;

/// <summary>
/// Calls of a store whose answers all share who ask for the same thing at the same time. Thread-safe.
/// </summary>
/// <remarks>
/// Who asks joins a call that has not begun yet, so that the answer is as new as the question. There is one call at a
/// time for each key, and so are at most <paramref name="atOnce"/> calls.
/// </remarks>
/// <param name="call">The call; its token ends it when it has taken too long.</param>
/// <param name="atOnce">How many calls there may be at the same time.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedCalls<TKey, TAnswer>(
    Func<TKey, CancellationToken, Task<TAnswer>> call, int atOnce, TimeProvider time) : IDisposable
    where TKey : notnull
{
    /// <summary>A call that takes longer is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Round> latest = [];
    private readonly SemaphoreSlim places = new(atOnce);

    /// <summary>Makes the call, or joins one that is about to begin.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up, or the call took too long.</exception>
    public Task<TAnswer> AskAsync(TKey key, CancellationToken cancellation)
    {
        Round? before;
        Round? begun = null;
        Round joined;
        lock (gate)
        {
            if (latest.TryGetValue(key, out before) && !before.HasBegun)
            {
                joined = before;
            }
            else
            {
                latest[key] = joined = begun = new Round();
            }
        }

        if (begun is not null)
        {
            _ = RunAsync(key, begun, before);
        }

        return joined.Done.Task.WaitAsync(cancellation);
    }

    public void Dispose() => places.Dispose();

    private async Task RunAsync(TKey key, Round round, Round? before)
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
            round.Done.SetResult(await call(key, deadline.Token));
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
                if (latest.GetValueOrDefault(key) == round)
                {
                    latest.Remove(key);
                }
            }
        }
    }

    private sealed class Round
    {
        public TaskCompletionSource<TAnswer> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasBegun { get; set; }
    }
}
