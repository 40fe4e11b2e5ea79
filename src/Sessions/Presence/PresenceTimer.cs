namespace Relay.Sessions;

/// <summary>
/// Wakes a session's presence when something of it is due next: looking for presence that was not renewed, the end of
/// the time in which a lost connection may return, a renewal, an answer to another node. Belongs to the session's
/// mailbox.
/// </summary>
/// <param name="context">What every part has.</param>
/// <param name="timer">Fires when something is due.</param>
/// <param name="records">The entries that have to be renewed.</param>
/// <param name="returning">Connections that may return.</param>
/// <param name="renewal">When owners are asked to renew.</param>
/// <param name="publisher">What other nodes are to be told.</param>
internal sealed class PresenceTimer(
    SessionContext context,
    SessionTimer timer,
    AwarenessRecords records,
    ReturningConnections returning,
    PresenceRenewal renewal,
    AwarenessPublisher publisher)
{
    /// <summary>Sets the timer for what is due next, unless it fires sooner anyway.</summary>
    public void Watch()
    {
        TimeSpan? due = records.IsEmpty ? null : context.Settings.PresenceCheck;
        due = Earlier(due, returning.NextDue - context.Now);
        due = Earlier(due, renewal.Due(context.Now));
        if (publisher.IsListening)
        {
            due = Earlier(due, publisher.Pending.AnswerDue(context.Now));
        }

        if (due is { } wait)
        {
            timer.SetNoLater(wait);
        }
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;
}
