namespace Relay.Api;

/// <summary>
/// Calls of a store whose answers all share who ask for the same thing at the same time. Thread-safe.
/// </summary>
/// <remarks>
/// Who asks joins a call that has not begun yet, so that the answer is as new as the question. There is one call at a
/// time for each key, and so are at most <paramref name="atOnce"/> calls. One that all its callers have given up ends,
/// and keeps no place.
/// </remarks>
/// <param name="call">The call; its token ends it when it has taken too long, or when no caller waits for it.</param>
/// <param name="atOnce">How many calls there may be at the same time.</param>
/// <param name="most">How many may wait for their turn or be under way; more are refused.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedCalls<TKey, TAnswer>(
    Func<TKey, CancellationToken, Task<TAnswer>> call, int atOnce, int most, TimeProvider time)
    where TKey : notnull
{
    /// <summary>A call that takes longer is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();

    /// <summary>The call of each key that was asked for last; before it, another may be under way.</summary>
    private readonly Dictionary<TKey, Round> latest = [];
    private readonly ReadTurns turns = new(atOnce);

    /// <summary>Makes the call, or joins one that is about to begin.</summary>
    /// <returns>The answer to come; null if too many others are asked for at the moment.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the call took too long.</exception>
    public Task<TAnswer>? Ask(TKey key, CancellationToken cancellation)
    {
        Round? before;
        Round? begun = null;
        Round joined;
        lock (gate)
        {
            if (latest.TryGetValue(key, out before) && before.Stage < SharedCallStage.UnderWay)
            {
                joined = before;
            }
            else if (before is null && latest.Count >= most)
            {
                return null;
            }
            else
            {
                latest[key] = joined = begun = new Round();
                joined.Stage = before is null ? SharedCallStage.Queued : SharedCallStage.Following;
            }

            joined.Callers++;
        }

        if (begun is not null)
        {
            _ = RunAsync(key, begun, before);
        }

        return WaitAsync(key, joined, cancellation);
    }

    private async Task<TAnswer> WaitAsync(TKey key, Round round, CancellationToken cancellation)
    {
        try
        {
            return await round.Done.Task.WaitAsync(cancellation);
        }
        finally
        {
            Leave(key, round);
        }
    }

    private void Leave(TKey key, Round round)
    {
        lock (gate)
        {
            if (--round.Callers > 0 || round.Stage is SharedCallStage.Following or SharedCallStage.Over)
            {
                return;
            }

            if (round.Stage == SharedCallStage.Queued)
            {
                // No one is to join it any more.
                End(key, round);
            }
        }

        round.GivenUp.Cancel();
    }

    private async Task RunAsync(TKey key, Round round, Round? before)
    {
        try
        {
            if (before is not null)
            {
                await ((Task)before.Done.Task).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            Enqueue(key, round);
            await turns.TakeAsync(round.GivenUp.Token);
            try
            {
                round.Done.SetResult(await CallAsync(key, round));
            }
            finally
            {
                turns.Return();
            }
        }
        catch (Exception exception)
        {
            round.Done.SetException(exception);
        }

        lock (gate)
        {
            End(key, round);
        }
    }

    /// <exception cref="OperationCanceledException">All callers went during the call before it.</exception>
    private void Enqueue(TKey key, Round round)
    {
        lock (gate)
        {
            if (round.Callers == 0)
            {
                End(key, round);
                throw new OperationCanceledException();
            }

            round.Stage = SharedCallStage.Queued;
        }
    }

    private async Task<TAnswer> CallAsync(TKey key, Round round)
    {
        lock (gate)
        {
            round.GivenUp.Token.ThrowIfCancellationRequested();
            round.Stage = SharedCallStage.UnderWay;
        }

        using var deadline = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, round.GivenUp.Token);
        return await call(key, end.Token);
    }

    private void End(TKey key, Round round)
    {
        round.Stage = SharedCallStage.Over;
        if (latest.GetValueOrDefault(key) == round)
        {
            latest.Remove(key);
        }
    }

    /// <summary>One call for all who wait for it.</summary>
    private sealed class Round
    {
        public TaskCompletionSource<TAnswer> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Cancelled when no caller waits any more.</summary>
        public CancellationTokenSource GivenUp { get; } = new();

        /// <summary>How many wait for it.</summary>
        public int Callers { get; set; }

        public SharedCallStage Stage { get; set; }
    }
}
