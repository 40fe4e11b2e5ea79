using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Presence: who is there, spread at once, never stored.</summary>
internal sealed partial class DocumentSession
{
    /// <summary>So many of them wait for a connection: a client that does not read is asked for no more.</summary>
    private const int MostNudges = 16;

    private readonly AwarenessRegistry awareness;
    private readonly PresenceOutbox presenceOutbox;
    private readonly PresenceRenewal presenceRenewal = new();

    /// <summary>Other nodes whose presence went because they seemed to have ended.</summary>
    private readonly HashSet<ulong> endedNodes = [];

    /// <summary>Connections that were lost abruptly, in the order of their loss, with the time at which their presence goes.</summary>
    private readonly Queue<(Attachment Connection, DateTimeOffset Due)> returning = new();

    private bool publishFails;
    private readonly PresenceFrames presenceFrames;

    /// <summary>Everybody who is there, and who went lately; null while the session is loading or gone.</summary>
    public byte[]? Presence()
    {
        if (!lifecycle.IsOpen)
        {
            return null;
        }

        ForgetPresence();
        return awareness.Records.EncodeKnown();
    }

    /// <summary>Another node tells about its clients.</summary>
    public void OnChannelAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
    {
        if (lifecycle.IsClosed)
        {
            return;
        }

        switch (kind)
        {
            case AwarenessKind.Changes:
                // Of bytes that were checked there; a version of this program that writes what this one does not read
                // costs presence, not documents.
                if (ToldPresence.TryDecode(content) is { } told)
                {
                    var now = Now;
                    Spread(awareness.OtherNodes.Apply(node, told, _ => now));
                }

                break;
            case AwarenessKind.Hello or AwarenessKind.Here:
                if (PresenceNote.TryDecode(content) is { } note)
                {
                    TakeNote(node, note);
                }

                if (kind == AwarenessKind.Hello)
                {
                    presenceOutbox.Answer();
                    Publish();
                }

                break;
            case AwarenessKind.Bye:
                Spread(awareness.OtherNodes.Drop(node, Now));
                break;
            default:
                RequestRenewal();
                break;
        }
    }

    /// <summary>A node's report has ended: it is dead, and nobody else takes its clients away.</summary>
    public void OnNodeEnded(ulong node)
    {
        var changes = awareness.OtherNodes.Drop(node, Now);
        if (changes.Clients.Count > 0)
        {
            endedNodes.Add(node);
            Spread(changes);
        }
    }

    /// <summary>It had only paused: its clients are there all the same.</summary>
    public void OnNodeReturned(ulong node)
    {
        if (endedNodes.Remove(node))
        {
            GreetOtherNodes();
        }
    }

    /// <summary>Says who is here, and asks who is there.</summary>
    private void GreetOtherNodes()
    {
        presenceOutbox.Greet();
        Publish();
    }

    /// <summary>The channel was interrupted: what was said meanwhile is said again.</summary>
    private void RepairPresence()
    {
        if (connections.Count > 0 || presenceOutbox.HasSpoken)
        {
            GreetOtherNodes();
        }

        if (presenceRenewal.WasAskedLately(Now))
        {
            RequestRenewalEverywhere();
        }
    }

    private void TakeNote(ulong node, PresenceNote note)
    {
        var now = Now;
        Spread(awareness.OtherNodes.Apply(node, note.Told, i => now - note.Ages[i]));
        if (note.IsWhole)
        {
            var there = note.Told.Entries.Select(entry => new ClientKey(entry.ClientId)).ToHashSet();
            Spread(awareness.OtherNodes.Drop(node, now, there));
        }
    }

    private void OnPresence(Attachment attachment, IReadOnlyList<AwarenessEntry> entries)
    {
        var changes = awareness.Own.Apply(attachment, entries, Now);
        Spread(changes);
        if (changes.Exceeded is { } limit && !attachment.Presence.IsReported)
        {
            attachment.Presence.IsReported = true;
            LogPresenceNotTaken(services.Logger, attachment.Connection.RemoteAddress, Name, limit);
        }
    }

    /// <summary>
    /// The client has answered the node's question for its document. Unless it is new, it may have been here a moment
    /// ago: stock clients forget who is there when their connection ends, but not the clocks, and ignore entries under
    /// clocks that they know.
    /// </summary>
    private void OnOpened(Attachment attachment)
    {
        var presence = attachment.Presence;
        if (!presence.MayHaveHeard)
        {
            presence.MayHaveHeard = true;
            if (!presence.IsNew)
            {
                RequestRenewalEverywhere();
            }
        }
    }

    private void RequestRenewalEverywhere()
    {
        presenceOutbox.AskToRenew();
        Publish();
        RequestRenewal();
    }

    private void RequestRenewal()
    {
        presenceRenewal.Ask(Now);
        Renew();
    }

    private void Renew()
    {
        if (presenceRenewal.TryBegin(Now) is { } asked)
        {
            var changes = awareness.Renew(asked, PresenceRenewal.MostAtOnce);
            presenceRenewal.End(asked, Now, changes.Nudges.Count);
            Spread(changes);
        }

        WatchPresence();
    }

    private void RemovePresence(Attachment attachment, bool clean)
    {
        if (attachment.Presence.Owned.Count == 0)
        {
            return;
        }

        if (clean)
        {
            Spread(awareness.Own.Remove(attachment, Now));
        }
        else
        {
            returning.Enqueue((attachment, Now + settings.ReturnTime));
            WatchPresence();
        }
    }

    /// <summary>The session ends before their time is over.</summary>
    private void RemoveReturningPresence()
    {
        while (returning.TryDequeue(out var lost))
        {
            Spread(awareness.Own.Remove(lost.Connection, Now));
        }
    }

    private void CheckPresence()
    {
        while (returning.TryPeek(out var lost) && lost.Due <= Now)
        {
            returning.Dequeue();
            Spread(awareness.Own.Remove(lost.Connection, Now));
        }

        ForgetPresence();
        Renew();
        Publish();
    }

    /// <summary>What was not renewed is not shown to anybody who asks now.</summary>
    private void ForgetPresence() => Spread(awareness.Expire(Now));

    /// <summary>Sets the timer for what comes next.</summary>
    private void WatchPresence()
    {
        TimeSpan? due = awareness.Records.IsEmpty ? null : settings.PresenceCheck;
        due = Earlier(due, returning.TryPeek(out var next) ? next.Due - Now : null);
        due = Earlier(due, presenceRenewal.Due(Now));
        if (subscription is not null)
        {
            // Before, no answer can be sent: it goes when the session has begun to listen.
            due = Earlier(due, presenceOutbox.AnswerDue(Now));
        }

        if (due is { } wait && !lifecycle.IsClosed)
        {
            presenceTimer.SetNoLater(wait);
        }
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    private void Spread(AwarenessChanges changes)
    {
        foreach (var (connection, entry) in changes.Nudges)
        {
            Nudge(connection, entry);
        }

        if (changes.Clients.Count > 0)
        {
            foreach (var attachment in connections)
            {
                Pump(attachment);
            }

            WatchPresence();
        }

        if (changes.Told.Count > 0)
        {
            presenceOutbox.Tell(changes.Told);
            Publish();
        }

        if (changes.SomeoneForgot)
        {
            RequestRenewalEverywhere();
        }
    }

    private void Nudge(Attachment attachment, in AwarenessEntry entry)
    {
        if (!attachment.IsAttached || attachment.Delivery.Nudges.Count >= MostNudges)
        {
            return;
        }

        // Where entries are stamped, a client must not take what others are shown for its own state; its removal does.
        var connection = attachment.Connection;
        var said = entry.IsNull || !connection.IsStamped
            ? entry
            : entry with { Clock = entry.Clock - 1, State = AwarenessEntry.NullState };
        attachment.Delivery.Nudges.Enqueue(connection.Format.Awareness(AwarenessUpdate.Encode([said])));
        Pump(attachment);
    }

    private void Publish()
    {
        if (lifecycle.IsClosed || subscription is null || presenceOutbox.TryBegin(Now) is not { } message)
        {
            WatchPresence();
            return;
        }

        effects.Start(
            settings.CallTimeout,
            cancellation => PublishAsync(message.Kind, message.Parts, cancellation),
            () => OnPublished(null),
            OnPublished);
    }

    private async ValueTask PublishAsync(
        AwarenessKind kind, IReadOnlyList<byte[]> parts, CancellationToken cancellation)
    {
        foreach (var part in parts)
        {
            await services.Channel.PublishAwarenessAsync(Name, kind, part, cancellation);
        }
    }

    private void OnPublished(Exception? failure)
    {
        presenceOutbox.End(isSent: failure is null);
        if (failure is not null && !publishFails)
        {
            LogPublishFailed(services.Logger, failure, Name);
        }

        publishFails = failure is not null;
        Publish();
        lifecycle.ContinueDraining();
    }

    /// <summary>
    /// A session that ends with its clients, or is not sure that others know of their leaving, takes them with it.
    /// </summary>
    private async ValueTask SayByeAsync(CancellationToken cancellation)
    {
        if (subscription is null || !presenceOutbox.MayBeRemembered)
        {
            return;
        }

        try
        {
            await services.Channel.PublishAwarenessAsync(Name, AwarenessKind.Bye, default, cancellation);
        }
        catch (Exception exception)
        {
            LogPublishFailed(services.Logger, exception, Name);
        }
    }

    /// <summary>
    /// What this node tells a node that loads the document: its own clients; other nodes say theirs themselves.
    /// </summary>
    private byte[] OwnPresence()
    {
        ForgetPresence();
        var own = awareness.Records.Own().Select(record => record.Entry).ToList();
        return ToldPresence.Of(own, client => awareness.Records.Find(client)!.User).Encode();
    }
}
