using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The presence of one document's clients: the apply rule of y-protocols (<c>awareness.js</c>: a newer clock wins, and the same clock for a removal), and on top of it who may say what. A
/// connection owns the client ids that it introduced; nobody else of this node changes or removes their entries. Belongs to the session's mailbox.
/// </summary>
internal sealed class AwarenessRegistry(AwarenessLimits limits)
{
    /// <summary>An entry that is not renewed for this long is gone; stock clients renew theirs every 15 s and drop others' after the same 30 s.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>How long the clock of a client that is gone is kept.</summary>
    public static readonly TimeSpan ClockLifetime = TimeSpan.FromSeconds(60);

    private readonly Dictionary<ulong, AwarenessRecord> records = [];

    /// <summary>The records by the number of their last change.</summary>
    private readonly Dictionary<long, AwarenessRecord> changes = [];

    /// <summary>The number of the last change; 0 before the first.</summary>
    public long LastChange { get; private set; }

    /// <summary>Whether nothing is known about anyone.</summary>
    public bool IsEmpty => records.Count == 0;

    /// <summary>Applies a frame of one of this node's connections.</summary>
    public AwarenessChanges ApplyOwn(Attachment connection, IReadOnlyList<AwarenessEntry> entries, DateTimeOffset now)
    {
        var result = new AwarenessChanges();
        var introduces = !connection.Presence.HasSpoken && entries.Count(e => !e.IsNull) == 1;
        connection.Presence.HasSpoken = true;
        foreach (var entry in entries)
        {
            var record = records.GetValueOrDefault(entry.ClientId);
            if (entry.IsNull)
            {
                if (record is { IsNull: false } && record.Owner == connection && entry.Clock >= record.Clock)
                {
                    Change(record, entry, now, result);
                }
            }
            else if (MaySet(connection, record, entry, introduces))
            {
                if (entry.State.Length > limits.MaxStateBytes || TryOwn(connection, record, entry.ClientId) is not { } own)
                {
                    result.IsTooMuch = true;
                    return result;
                }

                Set(connection, own, entry, now, result);
            }
            else if (introduces && record is { IsNull: true, Owner: null })
            {
                // It was gone with a newer clock than it has itself: it has to hear that clock before anyone believes it.
                result.Nudges.Add((connection, new AwarenessEntry(record.ClientId, record.Clock, AwarenessEntry.NullState)));
            }
        }

        return result;
    }

    /// <summary>Applies what came over the channel: other nodes' changes, and this node's own, which are no news.</summary>
    public AwarenessChanges ApplyRemote(IReadOnlyList<AwarenessEntry> entries, DateTimeOffset now)
    {
        var result = new AwarenessChanges();
        foreach (var entry in entries)
        {
            var record = records.GetValueOrDefault(entry.ClientId);
            if (record is null)
            {
                if (!entry.IsNull)
                {
                    record = Add(entry.ClientId);
                    record.IsElsewhere = true;
                    Change(record, entry, now, result);
                }
            }
            else if (entry.IsNull && record.Owner is { } owner)
            {
                // Another node gave up an old connection of a client that is here by now. Clients elsewhere have dropped it, so it says again that it is there.
                if (!record.IsNull && entry.Clock >= record.Clock)
                {
                    result.Nudges.Add((owner, entry));
                }
            }
            else if (entry.Clock > record.Clock || (entry.Clock == record.Clock && entry.IsNull && !record.IsNull))
            {
                Disown(record);
                record.IsElsewhere = !entry.IsNull;
                Change(record, entry, now, result);
            }
            else if (!entry.IsNull && record is { IsNull: true, Owner: null })
            {
                result.Returned.Add(record.ClientId);
            }
        }

        return result;
    }

    /// <summary>The connection is gone for good: so are its clients, unless another connection has taken them over.</summary>
    public AwarenessChanges Remove(Attachment connection, DateTimeOffset now)
    {
        var result = new AwarenessChanges();
        foreach (var client in connection.Presence.Owned.ToArray())
        {
            var record = records[client];
            Disown(record);
            if (!record.IsNull)
            {
                Change(record, record.Entry with { State = AwarenessEntry.NullState }, now, result);
            }
        }

        return result;
    }

    /// <summary>Removes the entries that nobody renewed, and forgets the clocks of those that are long gone.</summary>
    public AwarenessChanges Expire(DateTimeOffset now)
    {
        var result = new AwarenessChanges();
        foreach (var record in records.Values.ToArray())
        {
            var age = now - record.SeenAt;
            if (!record.IsNull && age >= Lifetime)
            {
                record.IsElsewhere = false;
                Change(record, record.Entry with { State = AwarenessEntry.NullState }, now, result);
            }
            else if (record is { IsNull: true, Owner: null } && age >= ClockLifetime)
            {
                records.Remove(record.ClientId);
                changes.Remove(record.Change);
            }
        }

        return result;
    }

    /// <summary>The update that brings a holder of all changes up to number <paramref name="change"/> up to date, or nothing. One who knows nothing is told nothing about who is gone.</summary>
    public byte[]? EncodeSince(long change)
    {
        if (change == LastChange)
        {
            return null;
        }

        // Nearly always a connection lacks the last change or a few; one that lacks more is served from the records.
        var entries = LastChange - change <= 16
            ? Enumerable.Range(0, (int)(LastChange - change)).Select(i => changes.GetValueOrDefault(change + 1 + i)).OfType<AwarenessRecord>().Select(r => r.Entry).ToList()
            : records.Values.Where(r => r.Change > change).Select(r => r.Entry).ToList();
        if (change == 0)
        {
            entries.RemoveAll(e => e.IsNull);
        }

        return entries.Count == 0 ? null : AwarenessUpdate.Encode(entries);
    }

    /// <summary>All clients that are there, possibly none.</summary>
    public byte[] EncodeAll() => AwarenessUpdate.Encode(records.Values.Where(r => !r.IsNull).Select(r => r.Entry).ToList());

    /// <summary>All clients that are there, and those that went lately with the clock under which they did.</summary>
    public byte[] EncodeKnown() => AwarenessUpdate.Encode(records.Values.Select(r => r.Entry).ToList());

    /// <summary>The present entries of some clients.</summary>
    public byte[]? Encode(IEnumerable<ulong> clients)
    {
        var entries = clients.Where(records.ContainsKey).Select(c => records[c].Entry).ToList();
        return entries.Count == 0 ? null : AwarenessUpdate.Encode(entries);
    }

    private static bool MaySet(Attachment connection, AwarenessRecord? record, AwarenessEntry entry, bool introduces)
    {
        if (record is null)
        {
            return true;
        }

        if (introduces)
        {
            return entry.Clock >= record.Clock;
        }

        return entry.Clock > record.Clock && (record.Owner == connection || (record.Owner is null && !record.IsElsewhere));
    }

    private void Set(Attachment connection, AwarenessRecord record, AwarenessEntry entry, DateTimeOffset now, AwarenessChanges result)
    {
        record.IsElsewhere = false;
        var returned = record.IsNull && record.Clock == entry.Clock && record.Change > 0;
        if (record.IsNull || entry.Clock > record.Clock)
        {
            Change(record, entry, now, result);
        }
        else
        {
            record.SeenAt = now;
        }

        if (returned)
        {
            // The clients that saw it go ignore it under this clock.
            result.Nudges.Add((connection, entry with { State = AwarenessEntry.NullState }));
        }
    }

    /// <summary>The client's record, owned by the connection from now on; nothing when it owns as many as it may.</summary>
    private AwarenessRecord? TryOwn(Attachment connection, AwarenessRecord? record, ulong client)
    {
        if (record?.Owner == connection)
        {
            return record;
        }

        if (connection.Presence.Owned.Count >= limits.MaxOwnEntries)
        {
            return null;
        }

        record ??= Add(client);
        Disown(record);
        record.Owner = connection;
        connection.Presence.Owned.Add(client);
        return record;
    }

    private static void Disown(AwarenessRecord record)
    {
        record.Owner?.Presence.Owned.Remove(record.ClientId);
        record.Owner = null;
    }

    private AwarenessRecord Add(ulong client)
    {
        var record = new AwarenessRecord(client);
        records.Add(client, record);
        return record;
    }

    private void Change(AwarenessRecord record, AwarenessEntry entry, DateTimeOffset now, AwarenessChanges result)
    {
        record.Clock = entry.Clock;
        record.State = entry.IsNull ? AwarenessEntry.NullState : entry.State.ToArray();
        record.IsNull = entry.IsNull;
        record.SeenAt = now;
        if (record.Change > 0)
        {
            changes.Remove(record.Change);
        }

        record.Change = ++LastChange;
        changes.Add(record.Change, record);
        result.Clients.Add(record.ClientId);
    }
}
