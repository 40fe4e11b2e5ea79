namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// A right to a document that ends: the client is asked for a new token in time, and loses the document when there is
/// none. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="ask">Asks for a new token, on a thread of the clock.</param>
/// <param name="end">Called when the right has ended, on a thread of the clock.</param>
internal sealed class TokenWatch(TimeProvider time, Action ask, Action end) : IDisposable
{
    /// <summary>
    /// How long before the end of a token a new one is asked for; of a token that lasts less than twice this, half of
    /// its time.
    /// </summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMinutes(1);

    /// <summary>Within so little time it is not asked for again.</summary>
    public static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(10);

    /// <summary>Timers of the runtime reach no further than some weeks.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private ITimer? timer;
    private DateTimeOffset expires;
    private TimeSpan lead;
    private bool isOver;

    /// <summary>From now on the right ends then; <see cref="DateTimeOffset.MaxValue"/> if it does not.</summary>
    public void Watch(DateTimeOffset until)
    {
        lock (gate)
        {
            expires = until;
            if (isOver || until == DateTimeOffset.MaxValue)
            {
                timer?.Dispose();
                timer = null;
                return;
            }

            var left = until - time.GetUtcNow();
            lead = left < 2 * Lead ? left / 2 : Lead;
            timer ??= time.CreateTimer(
                static self => ((TokenWatch)self!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            SetTimer(left - lead);
        }
    }

    /// <summary>The document is closed: no right to it ends any more.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            timer?.Dispose();
            timer = null;
        }
    }

    private void OnDue()
    {
        TimeSpan left;
        lock (gate)
        {
            if (timer is null)
            {
                return;
            }

            left = expires - time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                SetTimer(left > lead ? left - lead : left > LastMoment ? left / 2 : left);
            }
        }

        if (left <= TimeSpan.Zero)
        {
            end();
        }
        else if (left <= lead)
        {
            ask();
        }
    }

    private void SetTimer(TimeSpan due) =>
        timer!.Change(
            due < TimeSpan.Zero ? TimeSpan.Zero : due < LongestTimer ? due : LongestTimer, Timeout.InfiniteTimeSpan);
}
