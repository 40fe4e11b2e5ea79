using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>The steps that all changes of presence are made of, each noting what follows from it.</summary>
internal sealed class PresenceEffects(
    AwarenessRecords records, AwarenessLimits limits, MemoryShare memory, TimeSpan returnTime)
{
    /// <summary>The client has another entry.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="seenAt">When it was said.</param>
    /// <param name="isOwn">Whether this node is its source, and so tells the others.</param>
    /// <param name="result">What follows.</param>
    public void Change(
        AwarenessRecord record, in AwarenessEntry entry, DateTimeOffset seenAt, bool isOwn, AwarenessChanges result)
    {
        records.Change(record, entry, seenAt);
        record.Claims.DropOtherNodesBefore(entry.Clock);
        result.Clients.Add(record.ClientId);
        if (isOwn)
        {
            result.Told.Add(record.ClientId);
        }
    }

    /// <summary>The client is gone. Its owners on this node keep their claims: they may say it again.</summary>
    public void End(AwarenessRecord record, ulong clock, DateTimeOffset now, bool isOwn, AwarenessChanges result)
    {
        record.Claims.DropOtherNodes();
        Change(record, new AwarenessEntry(record.ClientId, clock, AwarenessEntry.NullState), now, isOwn, result);
        if (record.Contender is { } contender && contender.Clock > clock)
        {
            result.Nudges.Add((contender.Connection, record.Removal with { Clock = contender.Clock }));
        }

        record.Contender = null;
    }

    /// <summary>A source of the client is gone.</summary>
    public void EndIfUnclaimed(AwarenessRecord record, DateTimeOffset now, bool isOwn, AwarenessChanges result)
    {
        if (record.IsNull)
        {
            return;
        }

        if (record.Claims.IsEmpty)
        {
            End(record, record.Clock, now, isOwn, result);
        }
        else if (!record.Claims.HasSureOwnerAt(record.Clock))
        {
            // Perhaps the connections that are left only passed on what the other source said.
            Ask(record, record.Clock, result);
            if (!record.Claims.HasAt(record.Clock))
            {
                Doubt(record, now);
            }
        }

        if (isOwn && !record.IsNull && !record.Claims.HasOwner)
        {
            // It is still there by what another node says, which may count on this one in the same way.
            result.Told.Add(record.ClientId);
        }
    }

    /// <summary>Its owners have so long to say that it is there.</summary>
    public void Doubt(AwarenessRecord record, DateTimeOffset now)
    {
        var due = now + returnTime - AwarenessRecords.Lifetime;
        record.SeenAt = due < record.SeenAt ? due : record.SeenAt;
    }

    /// <summary>
    /// Sends the client's removal to the connections that own it, and to no others. The client itself says its presence
    /// under the next clock, and a connection that only heard of it gives it up.
    /// </summary>
    public static void Ask(AwarenessRecord record, ulong clock, AwarenessChanges result)
    {
        foreach (var owner in record.Claims.Owners.ToList())
        {
            Ask(record, owner.Connection!, clock, result);
        }
    }

    /// <summary>Has the connections that said the newest entry say it anew under the next clock.</summary>
    public static void Raise(AwarenessRecord record, AwarenessChanges result)
    {
        foreach (var owner in record.Claims.OwnersAt(record.Clock).ToList())
        {
            if (owner.IsSure)
            {
                result.Nudges.Add((owner.Connection!, record.NextEntry));
            }
            else
            {
                // A client that is not this one would pass the next entry on: it would show what its owner does not
                // show any more, and a stock client takes an entry under a newer clock for its own state.
                Ask(record, owner.Connection!, record.Clock, result);
            }
        }
    }

    /// <summary>Sends the client's removal to one of its owners.</summary>
    public static void Ask(AwarenessRecord record, Attachment connection, ulong clock, AwarenessChanges result)
    {
        record.Claims.Ask(connection, clock);
        result.Nudges.Add((connection, record.Removal with { Clock = clock }));
    }

    /// <summary>
    /// The limit beyond which the document's presence would grow by what a connection says, or null. Of the document's
    /// limit each connection has a small share that no other can take.
    /// </summary>
    public string? Exceeds(AwarenessRecord? record, in AwarenessEntry entry, Attachment connection)
    {
        var growth = GrowthOf(record, entry);
        return growth <= 0 || IsInShare(entry, connection) ? null
            : records.Bytes + growth > limits.MaxDocumentBytes ? "Limits:MaxDocumentAwarenessBytes"
            : !memory.Allows(AwarenessRecords.Copies * growth) ? "Limits:MaxOpenBytes"
            : null;
    }

    /// <summary>
    /// Whether it would by what another node says, which is bounded there as well: small entries have as much room
    /// again.
    /// </summary>
    public bool ExceedsOfOthers(AwarenessRecord? record, in AwarenessEntry entry)
    {
        var growth = GrowthOf(record, entry);
        var isLarge = AwarenessRecord.BytesWith(entry) > limits.ShareBytes;
        var most = isLarge ? limits.MaxDocumentBytes : 2 * limits.MaxDocumentBytes;
        return growth > 0 && (records.Bytes + growth > most || !memory.Allows(AwarenessRecords.Copies * growth));
    }

    private static long GrowthOf(AwarenessRecord? record, in AwarenessEntry entry) =>
        AwarenessRecord.BytesWith(entry) - (record?.Bytes ?? 0);

    private bool IsInShare(in AwarenessEntry entry, Attachment connection)
    {
        var own = AwarenessRecord.BytesWith(entry);
        foreach (var client in connection.Presence.Owned)
        {
            own += client.Id == entry.ClientId ? 0 : records.Find(client.Id)?.Bytes ?? 0;
        }

        return own <= limits.ShareBytes;
    }
}
