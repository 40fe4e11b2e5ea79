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
        Greet(attachment);
        var waiting = attachment.Waiting;
        attachment.Waiting = null;
        while (waiting is not null && attachment.IsAttached && waiting.TryDequeue(out var messages))
        {
            Receive(attachment, messages);
        }
    }
}
