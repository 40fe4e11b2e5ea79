using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Which clients are at the document: spread at once to the connections of this node and to other nodes, never stored.
/// Belongs to the session's mailbox.
/// </summary>
internal sealed partial class SessionAwareness
{
    private readonly SessionContext context;
    private readonly ConnectionSet connections;
    private readonly AwarenessRegistry registry;
    private readonly AwarenessPublisher publisher;
    private readonly PresenceRounds rounds;
    private readonly IAwarenessSession session;
    private readonly AwarenessMessages messages;
    private readonly PresenceRenewal renewal = new();
    private readonly ReturningConnections returning;
    private readonly PresenceTimer timer;

    public SessionAwareness(
        SessionContext context,
        ConnectionSet connections,
        AwarenessRegistry registry,
        AwarenessPublisher publisher,
        PresenceRounds rounds,
        IAwarenessSession session)
    {
        this.context = context;
        this.connections = connections;
        this.registry = registry;
        this.publisher = publisher;
        this.rounds = rounds;
        this.session = session;
        returning = new ReturningConnections(context.Settings.ReturnTime);
        messages = new AwarenessMessages(registry.OtherNodes);
        var due = context.Effects.Timer(this, static awareness => awareness.OnDue());
        timer = new PresenceTimer(context, due, registry.Records, returning, renewal, publisher);
    }

    /// <summary>Whether a message to other nodes is under way.</summary>
    public bool IsPublishing => publisher.Pending.IsSending;

    /// <summary>All clients that are there, and those that went lately.</summary>
    public byte[] EncodeKnown()
    {
        Expire();
        return registry.Records.EncodeKnown();
    }

    /// <summary>
    /// What this node tells a node that loads the document: its own clients. Other nodes say theirs themselves.
    /// </summary>
    public byte[] EncodeOwn()
    {
        Expire();
        return registry.EncodeOwn();
    }

    /// <summary>The session hears the channel: tells other nodes its clients, and asks for theirs.</summary>
    public void OnListening()
    {
        publisher.Listen();
        Greet();
    }

    /// <summary>Another node tells about its clients; 0 for a node that is not known.</summary>
    public void OnChannel(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
    {
        foreach (var changes in messages.Apply(node, kind, content, context.Now))
        {
            Spread(changes);
        }

        if (kind == AwarenessKind.Hello)
        {
            publisher.Pending.Answer();
            Publish();
        }
        else if (kind == AwarenessKind.Renew)
        {
            RequestRenewal();
        }
    }

    /// <summary>A node's report has ended: it is dead, and its clients are gone.</summary>
    public void OnNodeEnded(ulong node)
    {
        if (messages.End(node, context.Now) is { } changes)
        {
            Spread(changes);
        }
    }

    /// <summary>A node whose report had ended had only paused: its clients are there all the same.</summary>
    public void OnNodeReturned(ulong node)
    {
        if (messages.Return(node))
        {
            Greet();
        }
    }

    /// <summary>The channel was interrupted: what was said meanwhile is said again.</summary>
    public void OnInterrupted()
    {
        if (connections.Count > 0 || publisher.Pending.HasSpoken)
        {
            Greet();
        }

        if (renewal.WasAskedLately(context.Now))
        {
            RequestRenewalEverywhere();
        }
    }

    /// <summary>A client of this node tells presence.</summary>
    public void Receive(Attachment attachment, IReadOnlyList<AwarenessEntry> entries)
    {
        var changes = registry.Own.Apply(attachment, entries, context.Now);
        Spread(changes);
        if (changes.Exceeded is { } limit && !attachment.Presence.IsReported)
        {
            attachment.Presence.IsReported = true;
            LogPresenceNotTaken(context.Logger, attachment.Connection.RemoteAddress, context.Name, limit);
        }
    }

    /// <summary>A client has answered the node's question for its document.</summary>
    public void OnOpened(Attachment attachment)
    {
        if (attachment.Presence.MayHaveForgotten())
        {
            RequestRenewalEverywhere();
        }
    }

    /// <summary>
    /// A connection is gone: its presence goes, at once or after the time that it has for its return.
    /// </summary>
    public void Leave(Attachment attachment, bool clean)
    {
        if (clean)
        {
            Spread(registry.Own.Remove(attachment, context.Now));
        }
        else if (attachment.Presence.Owned.Count > 0)
        {
            returning.Add(attachment, context.Now);
            timer.Watch();
        }
    }

    /// <summary>The session ends before the lost connections have returned.</summary>
    public void OnDraining() => RemoveLost(DateTimeOffset.MaxValue);

    /// <summary>Drops what was not renewed: it is not shown to a client that asks now.</summary>
    public void Expire() => Spread(registry.Expire(context.Now));

    private void Greet()
    {
        publisher.Pending.Greet();
        Publish();
    }

    private void RequestRenewalEverywhere()
    {
        publisher.Pending.AskToRenew();
        Publish();
        RequestRenewal();
    }

    private void RequestRenewal()
    {
        renewal.Ask(context.Now);
        Renew();
    }

    private void Renew()
    {
        if (renewal.TryRenew(registry, context.Now) is { } changes)
        {
            Spread(changes);
        }

        timer.Watch();
    }

    private void OnDue()
    {
        RemoveLost(context.Now);
        Expire();
        Renew();
        Publish();
    }

    private void RemoveLost(DateTimeOffset until)
    {
        while (returning.TryTake(until, out var lost))
        {
            Spread(registry.Own.Remove(lost, context.Now));
        }
    }

    private void Spread(AwarenessChanges changes)
    {
        foreach (var (connection, entry) in changes.Nudges)
        {
            if (AwarenessNudges.TryAdd(connection, entry))
            {
                session.Pump(connection);
            }
        }

        if (changes.Clients.Count > 0)
        {
            rounds.Show();
            timer.Watch();
        }

        if (changes.Told.Count > 0)
        {
            publisher.Pending.Tell(changes.Told);
            Publish();
        }

        if (changes.NeedsRenewal)
        {
            RequestRenewalEverywhere();
        }
    }

    private void Publish()
    {
        if (!publisher.TryPublish(OnPublished))
        {
            timer.Watch();
        }
    }

    private void OnPublished()
    {
        Publish();
        session.OnAwarenessPublished();
    }
}
