namespace Relay.Sessions;

/// <summary>
/// Decides when the connections of a session are told of presence: at once after a pause, and otherwise together with
/// all that changes until an interval is over. Everyone's presence goes to everyone, so the interval grows with the
/// connections, and what a document's presence costs grows with their number and not with its square. Belongs to the
/// session's mailbox.
/// </summary>
/// <param name="context">What every part has.</param>
/// <param name="records">The presence.</param>
/// <param name="connections">Those that are told.</param>
internal sealed class PresencePace(SessionContext context, AwarenessRecords records, ConnectionSet connections)
{
    /// <summary>Up to so many connections the interval is the shortest one.</summary>
    public const int FullPace = 100;

    private DateTimeOffset nextRound;

    /// <summary>
    /// The number of the change up to which connections are told: one that was sent this, or more, lacks nothing yet.
    /// </summary>
    public long Shown { get; private set; }

    /// <summary>How long it takes until what has changed is told; null if it has been, or nothing has.</summary>
    public TimeSpan? Due(DateTimeOffset now)
    {
        if (Shown == records.LastChange)
        {
            return null;
        }

        // A clock that was set back puts off nothing for longer than that.
        var wait = nextRound - now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < Interval ? wait : Interval;
    }

    /// <summary>Begins to tell what has changed, if that is due.</summary>
    /// <returns>Whether connections lack presence from now on.</returns>
    public bool TryBegin(DateTimeOffset now)
    {
        if (Due(now) != TimeSpan.Zero)
        {
            return false;
        }

        Shown = records.LastChange;
        nextRound = now + Interval;
        return true;
    }

    private TimeSpan Interval =>
        context.Settings.PresenceInterval * Math.Max(1, (double)connections.Count / FullPace);
}
