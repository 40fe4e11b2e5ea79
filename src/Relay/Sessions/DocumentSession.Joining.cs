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
        if (lifecycle.IsClosed)
        {
            // It failed between the connection's choice of this session and now.
            attachment.Connection.Close(lifecycle.ClosedFor);
            return;
        }

        if (connections.Count >= settings.MaxConnectionsPerDocument)
        {
            attachment.Connection.Close(CloseReason.DocumentIsFull);
            return;
        }

        connections.Add(attachment);
        lifecycle.OnJoined();
        if (lifecycle.Stage == SessionStage.Live)
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
        if (!lifecycle.IsClosed)
        {
            awareness.Leave(attachment, clean);
            broadcaster.Trim();
            lifecycle.WatchIdleTime();
        }
    }

    private void Drop(Attachment attachment)
    {
        connections.Remove(attachment);
        broadcaster.Leave(attachment);
    }

    /// <summary>Serves the connections that have waited for the session to be live.</summary>
    private void ServeAll()
    {
        foreach (var attachment in connections.ToArray())
        {
            if (attachment is { IsAttached: true, IsServed: false } && lifecycle.Stage == SessionStage.Live)
            {
                Serve(attachment);
            }
        }
    }

    private void Serve(Attachment attachment)
    {
        attachment.IsServed = true;
        lifecycle.OnServed();
        openings.Add(attachment, Now);
        if (!openingTimer.IsSet)
        {
            openingTimer.Set(settings.OpeningPatience);
        }

        broadcaster.Greet(attachment);
        var waiting = attachment.Waiting;
        attachment.Waiting = null;
        while (waiting is not null && attachment.IsAttached && waiting.TryDequeue(out var messages))
        {
            Receive(attachment, messages);
        }
    }

    /// <summary>Takes what has waited for a client's SyncStep2, which is not waited for any longer.</summary>
    private void EndEarly(Attachment attachment)
    {
        var taken = outbox.Count;
        ReceiveEarly(attachment);
        unlogged.ShowTaken(taken);
        outbox.Append();
        broadcaster.Pump(attachment);
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
                broadcaster.Follow(attachment);
                EndEarly(attachment);
            }
        }

        broadcaster.Trim();
        if (openings.NextDue is { } due)
        {
            openingTimer.Set(due - Now);
        }
    }
}
