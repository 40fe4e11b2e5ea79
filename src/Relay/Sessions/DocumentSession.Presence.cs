using Relay.Connections;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Presence: who is there, spread at once, never stored.</summary>
internal sealed partial class DocumentSession
{
    private readonly AwarenessRegistry awareness;

    /// <summary>Clients whose latest entry other nodes have not been told; one publish is under way at a time.</summary>
    private readonly HashSet<ulong> unpublished = [];

    /// <summary>Connections that were lost abruptly, in the order of their loss, with the time at which their presence goes.</summary>
    private readonly Queue<(Attachment Connection, DateTimeOffset Due)> returning = new();

    private bool publishing;
    private bool publishFails;
    private (long From, long To, byte[]? Update) lastPresence;

    /// <summary>Everybody who is there, and who went lately; null while the session is loading or gone.</summary>
    public byte[]? Presence() => State is SessionState.Loading or SessionState.Closed ? null : awareness.EncodeKnown();

    public void OnChannelAwareness(ReadOnlyMemory<byte> update)
    {
        // Of another node, so of bytes that were checked there; a version of this program that writes what this one does not read costs presence, not documents.
        if (State != SessionState.Closed && AwarenessUpdate.TryDecode(update, AwarenessLimits.MaxEntriesPerFrame, out var entries, out _))
        {
            Spread(awareness.ApplyRemote(entries, Now), publish: false);
        }
    }

    private void OnPresence(Attachment attachment, IReadOnlyList<AwarenessEntry> entries)
    {
        var changes = awareness.ApplyOwn(attachment, entries, Now);
        Spread(changes, publish: true);
        if (changes.IsTooMuch)
        {
            Refuse(attachment, CloseReason.TooMuchPresence);
        }
    }

    private void RemovePresence(Attachment attachment, bool clean)
    {
        if (attachment.Presence.Owned.Count == 0)
        {
            return;
        }

        if (clean)
        {
            Spread(awareness.Remove(attachment, Now), publish: true);
        }
        else
        {
            returning.Enqueue((attachment, Now + settings.ReturnTime));
            CheckPresence();
        }
    }

    /// <summary>The session ends before their time is over.</summary>
    private void RemoveReturningPresence()
    {
        while (returning.TryDequeue(out var lost))
        {
            Spread(awareness.Remove(lost.Connection, Now), publish: true);
        }
    }

    private void CheckPresence()
    {
        while (returning.TryPeek(out var lost) && lost.Due <= Now)
        {
            returning.Dequeue();
            Spread(awareness.Remove(lost.Connection, Now), publish: true);
        }

        Spread(awareness.Expire(Now), publish: false);
        if (!awareness.IsEmpty)
        {
            var due = returning.TryPeek(out var next) ? next.Due - Now : settings.PresenceCheck;
            presenceTimer.Set(due < settings.PresenceCheck ? due : settings.PresenceCheck);
        }
    }

    private void Spread(AwarenessChanges changes, bool publish)
    {
        foreach (var (connection, removal) in changes.Nudges)
        {
            connection.Delivery.Direct.Enqueue((connection.Connection.Format.Awareness(AwarenessUpdate.Encode([removal])), 0));
            Pump(connection);
        }

        if (changes.Returned.Count > 0)
        {
            unpublished.UnionWith(changes.Returned);
            Publish();
        }

        if (changes.Clients.Count == 0)
        {
            return;
        }

        foreach (var attachment in attachments)
        {
            Pump(attachment);
        }

        if (!presenceTimer.IsSet)
        {
            presenceTimer.Set(settings.PresenceCheck);
        }

        if (publish)
        {
            unpublished.UnionWith(changes.Clients);
            Publish();
        }
    }

    private void Publish()
    {
        if (publishing || unpublished.Count == 0 || State == SessionState.Closed || awareness.Encode(unpublished) is not { } update)
        {
            return;
        }

        unpublished.Clear();
        publishing = true;
        Start(settings.CallTimeout, cancellation => services.Channel.PublishAwarenessAsync(Name, update, cancellation), () => OnPublished(null), OnPublished);
    }

    private void OnPublished(Exception? failure)
    {
        publishing = false;
        if (failure is not null && !publishFails)
        {
            // Not repeated: clients renew their presence every 15 s.
            LogPublishFailed(services.Logger, failure, Name);
        }

        publishFails = failure is not null;
        Publish();
        ContinueLeaving();
    }

    /// <summary>What a holder of everything up to <paramref name="change"/> lacks. Nearly all connections lack the same, so the last answer is kept.</summary>
    private byte[]? PresenceSince(long change)
    {
        if (change != lastPresence.From || awareness.LastChange != lastPresence.To)
        {
            lastPresence = (change, awareness.LastChange, awareness.EncodeSince(change));
        }

        return lastPresence.Update;
    }
}
