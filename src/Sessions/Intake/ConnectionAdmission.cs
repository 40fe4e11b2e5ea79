namespace Relay.Sessions;

/// <summary>How connections join a session and leave it. Belongs to the session's mailbox.</summary>
internal sealed class ConnectionAdmission(
    SessionContext context,
    ConnectionSet connections,
    SessionLifecycle lifecycle,
    ConnectionOpening opening,
    Broadcaster broadcaster,
    SessionAwareness awareness)
{
    /// <summary>A connection joins; it is served now, or when the session is live.</summary>
    public void Admit(Attachment attachment)
    {
        if (lifecycle.IsClosed)
        {
            // It failed between the connection's choice of this session and now.
            attachment.Connection.Close(lifecycle.ClosedFor);
            return;
        }

        if (connections.Count >= context.Settings.MaxConnectionsPerDocument)
        {
            attachment.Connection.Close(RefusalReason.DocumentIsFull);
            return;
        }

        connections.Add(attachment);
        lifecycle.OnJoined();
        if (lifecycle.Stage == SessionStage.Live)
        {
            Serve(attachment);
        }
    }

    /// <summary>Serves the connections that have waited for the session to be live.</summary>
    public void ServeAll()
    {
        foreach (var attachment in connections.ToArray())
        {
            if (attachment is { IsAttached: true, IsServed: false } && lifecycle.Stage == SessionStage.Live)
            {
                Serve(attachment);
            }
        }
    }

    /// <summary>A client has answered the node's question for its document.</summary>
    public void OnOpened(Attachment attachment)
    {
        opening.OnOpened();
        awareness.OnOpened(attachment);
    }

    /// <summary>A connection is gone; without effect for one that is not attached.</summary>
    public void Remove(Attachment attachment, bool clean)
    {
        if (!attachment.IsAttached)
        {
            return;
        }

        attachment.Activity?.Left(clean);
        Drop(attachment);
        opening.OnOpened();
        awareness.Leave(attachment, clean);
        broadcaster.Trim();
        lifecycle.WatchIdleTime();
    }

    /// <summary>A connection broke a rule: it is none of the session's when its client reads why.</summary>
    public void Refuse(Attachment attachment, RefusalReason reason)
    {
        attachment.Activity?.EndsFor(reason);
        Remove(attachment, clean: true);
        attachment.Connection.Close(reason);
    }

    /// <summary>The session failed: all connections end.</summary>
    public void CloseAll(RefusalReason reason)
    {
        foreach (var attachment in connections.ToArray())
        {
            attachment.Activity?.EndsFor(reason);
            Drop(attachment);
            attachment.Connection.Close(reason);
        }
    }

    private void Serve(Attachment attachment)
    {
        lifecycle.OnServed();
        opening.Serve(attachment);
    }

    private void Drop(Attachment attachment)
    {
        connections.Remove(attachment);
        broadcaster.Leave(attachment);
    }
}
