namespace Relay.Sessions;

/// <summary>
/// Tells the connections of a session what has changed of presence, when its <see cref="PresencePace"/> says so.
/// Belongs to the session's mailbox.
/// </summary>
internal sealed class PresenceRounds
{
    private readonly SessionContext context;
    private readonly PresencePace pace;
    private readonly ConnectionSet connections;
    private readonly IAwarenessSession session;
    private readonly SessionTimer timer;

    public PresenceRounds(
        SessionContext context, PresencePace pace, ConnectionSet connections, IAwarenessSession session)
    {
        this.context = context;
        this.pace = pace;
        this.connections = connections;
        this.session = session;
        timer = context.Effects.Timer(this, static rounds => rounds.Show());
    }

    /// <summary>Something has changed: it is told now, or when that is due.</summary>
    public void Show()
    {
        if (pace.TryBegin(context.Now))
        {
            foreach (var attachment in connections)
            {
                session.Pump(attachment);
            }
        }
        else if (pace.Due(context.Now) is { } wait)
        {
            timer.SetNoLater(wait);
        }
    }
}
