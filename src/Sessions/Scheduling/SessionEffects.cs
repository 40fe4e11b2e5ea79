namespace Relay.Sessions;

/// <summary>
/// What a session waits for: timers, and calls that take time (appends, reads, saves, the locator). The end of each
/// comes back as a message of the session's mailbox. Belongs to that mailbox.
/// </summary>
/// <remarks>
/// A closed session hears of no timer and of no end, so no handler of an end has to ask whether the session still
/// exists. What the session holds outside of itself is freed once, when the last call that may still change it has
/// ended.
/// </remarks>
internal sealed class SessionEffects(Mailbox mailbox, SessionEnvironment environment)
{
    /// <summary>The timer that was made last; each knows the one before it.</summary>
    private SessionTimer? lastTimer;

    /// <summary>A deadline that was not needed. Calls overlap, and end on any thread.</summary>
    private CancellationTokenSource? spareDeadline;

    private int holding;
    private Action? free;

    public Mailbox Mailbox => mailbox;

    public SessionEnvironment Environment => environment;

    public DateTimeOffset Now => environment.Time.GetUtcNow();

    public bool IsClosed => free is not null;

    /// <summary>Makes a timer, which the session has until it is closed.</summary>
    public SessionTimer Timer<T>(T part, Action<T> handler)
    {
        var timer = new PartTimer<T>(this, lastTimer, part, handler);
        lastTimer = timer;
        return timer;
    }

    /// <summary>
    /// Starts a call. Exceptions are outcomes: the stores throw when they cannot be reached.
    /// </summary>
    /// <param name="timeout">The deadline of the call.</param>
    /// <param name="call">The call.</param>
    /// <param name="done">Takes its result.</param>
    /// <param name="failed">Takes what it throws.</param>
    /// <param name="part">The first argument of <paramref name="isDoneLong"/>.</param>
    /// <param name="isDoneLong">See <see cref="Mailbox"/>.</param>
    public void Start<T>(
        TimeSpan timeout,
        Func<CancellationToken, ValueTask<T>> call,
        Action<T> done,
        Action<Exception> failed,
        object? part = null,
        Func<object, object?, bool>? isDoneLong = null) =>
        Run(timeout, call, done, failed, part ?? this, isDoneLong, holds: false);

    /// <summary>Starts a call without a result.</summary>
    public void Start(
        TimeSpan timeout, Func<CancellationToken, ValueTask> call, Action done, Action<Exception> failed) =>
        Run(timeout, WithResult(call), _ => done(), failed, this, null, holds: false);

    /// <summary>
    /// Starts a call that may change what the session holds outside of itself: a session that is closed meanwhile is
    /// not freed before the call has ended.
    /// </summary>
    public void StartHolding<T>(
        TimeSpan timeout, Func<CancellationToken, ValueTask<T>> call, Action<T> done, Action<Exception> failed) =>
        Run(timeout, call, done, failed, this, null, holds: true);

    /// <summary>Starts such a call without a result.</summary>
    public void StartHolding(
        TimeSpan timeout, Func<CancellationToken, ValueTask> call, Action done, Action<Exception> failed) =>
        Run(timeout, WithResult(call), _ => done(), failed, this, null, holds: true);

    /// <summary>
    /// Stops all timers and drops the ends of all calls. Called once.
    /// </summary>
    /// <param name="timeout">The deadline of <paramref name="release"/>.</param>
    /// <param name="release">Frees what the session holds outside of itself, after the last call that holds it.</param>
    /// <param name="freed">Called after that, with what it threw or null.</param>
    public void Close(TimeSpan timeout, Func<CancellationToken, ValueTask> release, Action<Exception?> freed)
    {
        free = () => Release(timeout, release, freed);
        for (var timer = lastTimer; timer is not null; timer = timer.Before)
        {
            timer.Clear();
        }

        if (holding == 0)
        {
            free();
        }
    }

    private static Func<CancellationToken, ValueTask<bool>> WithResult(Func<CancellationToken, ValueTask> call) =>
        async cancellation =>
        {
            await call(cancellation);
            return true;
        };

    private async void Run<T>(
        TimeSpan timeout,
        Func<CancellationToken, ValueTask<T>> call,
        Action<T> done,
        Action<Exception> failed,
        object part,
        Func<object, object?, bool>? isDoneLong,
        bool holds)
    {
        holding += holds ? 1 : 0;

        // Most of these are appends, one after the other: a deadline that was not needed serves the next one.
        var deadline = Interlocked.Exchange(ref spareDeadline, null);
        if (deadline is null)
        {
            deadline = new CancellationTokenSource(timeout, environment.Time);
        }
        else
        {
            deadline.CancelAfter(timeout);
        }

        T result;
        try
        {
            result = await call(deadline.Token);
        }
        catch (Exception exception)
        {
            deadline.Dispose();
            mailbox.Post(() =>
            {
                if (IsHeard(holds))
                {
                    failed(exception);
                }
            });
            return;
        }

        if (!deadline.TryReset() || Interlocked.CompareExchange(ref spareDeadline, deadline, null) is not null)
        {
            deadline.Dispose();
        }

        Action message = () =>
        {
            if (IsHeard(holds))
            {
                done(result);
            }
        };
        mailbox.Post(static (_, message) => ((Action)message!)(), part, message, isDoneLong);
    }

    /// <summary>A call has ended: whether the session hears of it.</summary>
    private bool IsHeard(bool held)
    {
        holding -= held ? 1 : 0;
        if (free is null)
        {
            return true;
        }

        if (held && holding == 0)
        {
            free();
        }

        return false;
    }

    private async void Release(
        TimeSpan timeout, Func<CancellationToken, ValueTask> release, Action<Exception?> freed)
    {
        using var deadline = new CancellationTokenSource(timeout, environment.Time);
        Exception? failure = null;
        try
        {
            await release(deadline.Token);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        mailbox.Post(() => freed(failure));
    }
}
