namespace Relay.Sessions;

/// <summary>
/// When owners are asked to say their presence anew, because a client came back that may ignore the clocks that are
/// known: at once, and of documents with many clients some at a time. Belongs to the session's mailbox.
/// </summary>
internal sealed class PresenceRenewal
{
    /// <summary>So many clients at once.</summary>
    public const int MostAtOnce = 100;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// So much of the pause for each that was asked: 20 renewals a second at most, where clients renew by themselves
    /// every 15 s.
    /// </summary>
    private static readonly TimeSpan PausePerClient = TimeSpan.FromMilliseconds(50);

    /// <summary>A message of this age has reached the other nodes, or never will.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private DateTimeOffset nextAt;
    private DateTimeOffset? askedAt;
    private DateTimeOffset? lastAsked;

    /// <summary>
    /// A client came back. Each request has a time of its own, so that one that follows at once is served, too.
    /// </summary>
    public void Ask(DateTimeOffset now) => lastAsked = askedAt = lastAsked >= now ? lastAsked + new TimeSpan(1) : now;

    /// <summary>
    /// Whether a client came back not long ago: other nodes may not have heard of it if the channel was interrupted.
    /// </summary>
    public bool WasAskedLately(DateTimeOffset now) => now - lastAsked < Memory;

    /// <summary>How long the request has to wait; null when there is none.</summary>
    public TimeSpan? Due(DateTimeOffset now) => askedAt is null ? null : nextAt > now ? nextAt - now : TimeSpan.Zero;

    /// <summary>
    /// Asks owners for what the request is about, if it is time: what was said until the request is to be said anew. Of
    /// many clients some are asked now, and the others later.
    /// </summary>
    /// <returns>The entries for the owners; null when there is no request, or it has to wait.</returns>
    public AwarenessChanges? TryRenew(AwarenessRegistry registry, DateTimeOffset now)
    {
        if (askedAt is not { } asked || nextAt > now)
        {
            return null;
        }

        var changes = registry.Renew(asked, MostAtOnce);
        var clients = changes.Nudges.Count;
        var pause = clients * PausePerClient;
        nextAt = now + (pause > ShortestPause ? pause : ShortestPause);
        askedAt = clients >= MostAtOnce ? asked : null;
        return changes;
    }
}
