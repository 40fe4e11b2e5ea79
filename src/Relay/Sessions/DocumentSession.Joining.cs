using Relay.Access;
using Relay.Connections;

namespace Relay.Sessions;

/// <summary>Connections come and go.</summary>
internal sealed partial class DocumentSession
{
    /// <summary>A connection joins.</summary>
    public void Attach(Attachment attachment)
    {
        registry.Joined(this);
        if (State == SessionState.Closed)
        {
            // It failed between the connection's choice of this session and now.
            attachment.Connection.Close(closedFor);
            return;
        }

        if (attachments.Count >= settings.MaxConnectionsPerDocument)
        {
            attachment.Connection.Close(CloseReason.DocumentIsFull);
            return;
        }

        attachments.Add(attachment);
        attachment.IsAttached = true;
        figures.Connections++;
        if (attachment.Activity is { } connection)
        {
            activity!.Came(connection);
        }

        idleTimer.Clear();
        if (State == SessionState.Draining)
        {
            TakeUpAgain();
        }

        if (State == SessionState.Live)
        {
            Serve(attachment);
        }
    }

    /// <summary>What a connection may do changes for what it hands in from now on.</summary>
    public void ChangeAccess(Attachment attachment, AccessLevel level)
    {
        if (attachment.IsAttached)
        {
            EndEarly(attachment);
        }

        attachment.Access = level;
    }

    /// <summary>A connection is gone.</summary>
    public void Detach(Attachment attachment, bool clean)
    {
        if (!attachment.IsAttached)
        {
            return;
        }

        attachment.Activity?.EndsFor(null, clean ? "The client left." : "The connection broke.");
        Drop(attachment);
        if (State != SessionState.Closed)
        {
            RemovePresence(attachment, clean);
            ForgetDelivered();
            BecomeIdleIfEmpty();
        }
    }

    private void Drop(Attachment attachment)
    {
        attachments.Remove(attachment);
        attachment.IsAttached = false;
        answers.Leave(attachment.Delivery);
        figures.Connections--;
        if (attachment.Activity is { } connection)
        {
            activity!.Went(connection);
        }

        if (attachment.Delivery.IsSending)
        {
            attachment.Delivery.IsSending = false;
            senders--;
        }

        if (attachment is { IsServed: true, Delivery.Follows: false })
        {
            opening--;
        }
    }

    private void BecomeIdleIfEmpty()
    {
        if (attachments.Count == 0 && !HasRequests && State == SessionState.Live && !idleTimer.IsSet)
        {
            idleTimer.Set(mayStay && !nodeStops ? settings.IdleTimeout : TimeSpan.Zero);
        }
    }

    private void Serve(Attachment attachment)
    {
        attachment.IsServed = true;
        mayStay = true;
        opening++;
        openings.Add(attachment, Now);
        if (!openingTimer.IsSet)
        {
            openingTimer.Set(settings.OpeningPatience);
        }

        Greet(attachment);
        var waiting = attachment.Waiting;
        attachment.Waiting = null;
        while (waiting is not null && attachment.IsAttached && waiting.TryDequeue(out var messages))
        {
            Receive(attachment, messages);
        }
    }

    /// <summary>From now on the connection is sent entries.</summary>
    private void Follow(Attachment attachment)
    {
        if (!attachment.Delivery.Follows)
        {
            attachment.Delivery.Follows = true;
            opening--;
        }
    }

    /// <summary>Takes what has waited for a client's SyncStep2, which is not waited for any longer.</summary>
    private void EndEarly(Attachment attachment)
    {
        var taken = outbox.Count;
        ReceiveEarly(attachment);
        ShowTaken(taken);
        StartAppend();
        Pump(attachment);
    }

    /// <summary>
    /// Whether what the client has may be under way: it sends at the moment, or is not read, or has not been sent the
    /// node's question. What has waited for its SyncStep2 must not be logged without that.
    /// </summary>
    private static bool MayStillSay(Attachment attachment) =>
        attachment.IsAttached
        && !attachment.Early.IsOver
        && (attachment.Connection.MayHaveMore || attachment.Delivery.IsSending);

    /// <summary>Some connections have not said in time what they have: they are served without it.</summary>
    private void OnOpeningDue()
    {
        openings.LookAtTime(Now);
        while (openings.TryTake(Now, out var attachment))
        {
            if (MayStillSay(attachment) || attachment is { IsAttached: true, Delivery.WaitsForRoom: true })
            {
                openings.Add(attachment, Now);
            }
            else if (attachment.IsAttached)
            {
                Follow(attachment);
                EndEarly(attachment);
            }
        }

        ForgetDelivered();
        if (openings.NextDue is { } due)
        {
            openingTimer.Set(due - Now);
        }
    }
}
