namespace Relay.Sessions;

/// <summary>
/// Whether a session's appends are logged, watched while an update waits. Belongs to the session's mailbox, except for
/// <see cref="WaitsStill"/>.
/// </summary>
/// <param name="outbox">What waits.</param>
/// <param name="effects">The session's.</param>
/// <param name="watch">Looks at all sessions of the node in which updates wait.</param>
/// <param name="unlogged">Is told, in the mailbox, that none is logged.</param>
internal sealed class AppendProgress(
    Outbox outbox, SessionEffects effects, AppendWatch watch, UnloggedUpdates unlogged) : IChangeable
{
    private long logged;

    // Also written by the watch, where an update waits for long.
    private long loggedBefore;
    private long waitsSince;
    private volatile bool isWatched;

    int IChangeable.ListedAt { get; set; } = -1;

    /// <summary>How many appends are in the log.</summary>
    public long Logged => logged;

    /// <summary>Whether an append was logged since the watch began.</summary>
    public bool HasMoved => logged != Volatile.Read(ref loggedBefore);

    void IChangeable.OnTaken() => isWatched = false;

    /// <summary>An append is in the log.</summary>
    public void OnLogged() => Volatile.Write(ref logged, logged + 1);

    /// <summary>An update waits for its append. Costs one test while the session is watched already.</summary>
    public void Watch()
    {
        if (!isWatched)
        {
            isWatched = true;
            Volatile.Write(ref loggedBefore, logged);
            Volatile.Write(ref waitsSince, effects.Environment.Time.GetTimestamp());
            watch.Add(this);
        }
    }

    /// <summary>
    /// Whether the watch is to look again. On any thread: what it sees is of a moment ago, and the session looks once
    /// more before it takes the log for away.
    /// </summary>
    public bool WaitsStill(TimeSpan grace)
    {
        if (outbox.IsEmpty || effects.IsClosed)
        {
            return false;
        }

        var time = effects.Environment.Time;
        if (Volatile.Read(ref logged) is var now && now != Volatile.Read(ref loggedBefore))
        {
            Volatile.Write(ref loggedBefore, now);
            Volatile.Write(ref waitsSince, time.GetTimestamp());
        }
        else if (time.GetElapsedTime(Volatile.Read(ref waitsSince)) >= grace)
        {
            effects.Mailbox.PostElsewhere(unlogged.OnNotLogged);
            return false;
        }

        isWatched = true;
        return true;
    }
}
