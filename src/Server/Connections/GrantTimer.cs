using Relay.Access;

namespace Relay.Connections;

/// <summary>
/// Says when a grant ends, once; for what serves a client for longer than one request. Thread-safe.
/// </summary>
internal sealed class GrantTimer : IDisposable
{
    // A timer takes at most 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly DateTimeOffset expires;
    private readonly TimeProvider time;
    private readonly Action ended;
    private readonly Lock gate = new();
    private ITimer? timer;
    private bool isOver;

    /// <param name="grant">What ends.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ended">Called when it does, on a thread of the clock; not from within this constructor.</param>
    public GrantTimer(Grant grant, TimeProvider time, Action ended)
    {
        expires = grant.Expires;
        this.time = time;
        this.ended = ended;
        if (expires < DateTimeOffset.MaxValue)
        {
            lock (gate)
            {
                timer = time.CreateTimer(static self => ((GrantTimer)self!).Tick(), this, Left(),
                    Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>A timer for a grant that ends; null for one that does not.</summary>
    public static GrantTimer? Start(Grant grant, TimeProvider time, Action ended) =>
        grant.Expires < DateTimeOffset.MaxValue ? new GrantTimer(grant, time, ended) : null;

    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            timer?.Dispose();
            timer = null;
        }
    }

    private TimeSpan Left()
    {
        var left = expires - time.GetUtcNow();
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest;
    }

    private void Tick()
    {
        lock (gate)
        {
            if (isOver)
            {
                return;
            }

            if (Left() > TimeSpan.Zero)
            {
                timer!.Change(Left(), Timeout.InfiniteTimeSpan);
                return;
            }

            isOver = true;
        }

        ended();
    }
}
