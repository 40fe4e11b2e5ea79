using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>The steps that all changes of presence are made of, each noting what follows from it.</summary>
internal sealed class PresenceEffects(AwarenessRecords records, AwarenessLimits limits, TimeSpan returnTime)
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
        else if (!record.Claims.HasAt(record.Clock))
        {
            // Those that are left have not said the newest entry: perhaps they only passed on what the other said.
            Nudge(record.Removal, record.Claims.Owners, result);
            Doubt(record, now);
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

    /// <summary>Sends an entry to connections that own the client, and to no others.</summary>
    public static void Nudge(in AwarenessEntry entry, IEnumerable<AwarenessClaim> owners, AwarenessChanges result)
    {
        foreach (var owner in owners)
        {
            result.Nudges.Add((owner.Connection!, entry));
        }
    }

    /// <summary>
    /// Whether the document's presence would grow beyond its limit by what a connection says. Each connection has a
    /// small share that no other can take.
    /// </summary>
    public bool IsTooMuch(AwarenessRecord? record, in AwarenessEntry entry, Attachment connection)
    {
        if (!Exceeds(record, entry, limits.MaxDocumentBytes))
        {
            return false;
        }

        var own = AwarenessRecord.BytesWith(entry);
        foreach (var client in connection.Presence.Owned)
        {
            own += client.Id == entry.ClientId ? 0 : records.Find(client.Id)?.Bytes ?? 0;
        }

        return own > limits.ShareBytes;
    }

    /// <summary>
    /// Whether it would by what another node says, which is bounded there as well: small entries have as much room
    /// again.
    /// </summary>
    public bool IsTooMuchOfOthers(AwarenessRecord? record, in AwarenessEntry entry) =>
        Exceeds(record, entry, AwarenessRecord.BytesWith(entry) > limits.ShareBytes
            ? limits.MaxDocumentBytes : 2 * limits.MaxDocumentBytes);

    private bool Exceeds(AwarenessRecord? record, in AwarenessEntry entry, long most)
    {
        var bytes = AwarenessRecord.BytesWith(entry);
        var before = record?.Bytes ?? 0;
        return bytes > before && records.Bytes - before + bytes > most;
    }
}
