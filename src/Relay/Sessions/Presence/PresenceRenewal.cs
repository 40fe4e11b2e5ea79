namespace Relay.Sessions;

/// <summary>
/// When owners are asked to say their presence anew, because somebody came back who may ignore the clocks that are
/// known: at once, and again only after a pause that grows with their number. Belongs to the session's mailbox.
/// </summary>
internal sealed class PresenceRenewal
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>So much of the pause for each owner: at most 20 renewals a second, of a document of any size.</summary>
    private static readonly TimeSpan PausePerOwner = TimeSpan.FromMilliseconds(50);

    private DateTimeOffset nextAt;
    private DateTimeOffset? askedAt;

    /// <summary>Somebody came back.</summary>
    public void Ask(DateTimeOffset now) => askedAt = now;

    /// <summary>How long the request has to wait; null when there is none.</summary>
    public TimeSpan? Due(DateTimeOffset now) => askedAt is null ? null : nextAt > now ? nextAt - now : TimeSpan.Zero;

    /// <summary>Takes the request up if it is time: what was said before the result is to be said anew.</summary>
    public DateTimeOffset? TryBegin(DateTimeOffset now, int owners)
    {
        if (askedAt is not { } before || nextAt > now)
        {
            return null;
        }

        askedAt = null;
        var pause = owners * PausePerOwner;
        nextAt = now + (pause > ShortestPause ? pause : ShortestPause);
        return before;
    }
}
