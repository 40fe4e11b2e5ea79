namespace Relay.Sessions;

/// <summary>
/// Serves connections, and waits some time for what each says first of all: what its client has. One that does not say
/// it in time is served without it. Belongs to the session's mailbox.
/// </summary>
internal sealed class ConnectionOpening
{
    private readonly SessionContext context;
    private readonly Broadcaster broadcaster;
    private readonly MessageIntake intake;
    private readonly OpeningConnections waiting;
    private readonly SessionTimer timer;

    public ConnectionOpening(SessionContext context, Broadcaster broadcaster, MessageIntake intake)
    {
        this.context = context;
        this.broadcaster = broadcaster;
        this.intake = intake;
        waiting = new OpeningConnections(context.Settings.OpeningPatience);
        timer = context.Effects.Timer(this, static opening => opening.OnDue());
    }

    /// <summary>Greets a connection, and takes what it has sent before.</summary>
    public void Serve(Attachment attachment)
    {
        attachment.IsServed = true;
        waiting.Add(attachment, context.Now);
        if (!timer.IsSet)
        {
            timer.Set(context.Settings.OpeningPatience);
        }

        broadcaster.Greet(attachment);
        intake.ReceiveWaiting(attachment);
    }

    /// <summary>
    /// A connection has said what it has, or left. Where no other is waited for, the timer is cleared: a node that has
    /// taken many clients at once is not woken for each of their documents when their time is over.
    /// </summary>
    public void OnOpened()
    {
        waiting.DropOpened();
        if (waiting.NextDue is null && timer.IsSet)
        {
            timer.Clear();
        }
    }

    /// <summary>
    /// Whether what the client has may be under way: it sends at the moment, or is not read, or has not been sent the
    /// node's question. What has waited for its SyncStep2 must not be logged without that.
    /// </summary>
    private static bool MayStillSay(Attachment attachment) =>
        attachment.IsAttached
        && !attachment.Early.IsOver
        && (attachment.Connection.MayHaveMore || attachment.Delivery.IsSending);

    private void OnDue()
    {
        waiting.LookAtTime(context.Now);
        while (waiting.TryTake(context.Now, out var attachment))
        {
            if (MayStillSay(attachment) || attachment is { IsAttached: true, Delivery.WaitsForRoom: true })
            {
                waiting.Add(attachment, context.Now);
            }
            else if (attachment.IsAttached)
            {
                broadcaster.Follow(attachment);
                intake.ReceiveEarly(attachment);
            }
        }

        broadcaster.Trim();
        if (waiting.NextDue is { } due)
        {
            timer.Set(due - context.Now);
        }
    }
}
