using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The presence of one document's clients as data: the latest entry of each, numbered by change, so that a
/// connection's cursor says which entries it was sent. Belongs to the session's mailbox.
/// </summary>
internal sealed class AwarenessRecords(MemoryShare memory)
{
    /// <summary>
    /// An entry that is not renewed for this long is gone; stock clients renew theirs every 15 s and drop others'
    /// after the same 30 s.
    /// </summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>How long the clock of a client that is gone is kept.</summary>
    public static readonly TimeSpan ClockLifetime = TimeSpan.FromSeconds(60);

    /// <summary>What is kept of an entry: its state, what was encoded last, and the frame of that.</summary>
    public const int Copies = 3;

    private readonly Dictionary<ClientKey, AwarenessRecord> records = [];

    /// <summary>The records by the number of their last change.</summary>
    private readonly Dictionary<long, AwarenessRecord> changes = [];

    /// <summary>The number of the last change; 0 before the first.</summary>
    public long LastChange { get; private set; }

    /// <summary>What all records take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether no client is known.</summary>
    public bool IsEmpty => records.Count == 0;

    /// <summary>All of them, those that are gone included.</summary>
    public IReadOnlyCollection<AwarenessRecord> All => records.Values;

    public AwarenessRecord? Find(ulong client) => records.GetValueOrDefault(new ClientKey(client));

    public AwarenessRecord Add(ulong client)
    {
        var record = new AwarenessRecord(client);
        records.Add(client, record);
        Count(record.Bytes);
        return record;
    }

    public void Forget(AwarenessRecord record)
    {
        records.Remove(record.ClientId);
        changes.Remove(record.Change);
        Count(-record.Bytes);
    }

    /// <summary>Puts an entry in the place of the record's last one, under a number of its own.</summary>
    public void Change(AwarenessRecord record, in AwarenessEntry entry, DateTimeOffset seenAt)
    {
        var before = record.Bytes;
        record.Clock = entry.Clock;
        record.IsNull = entry.IsNull;

        // A copy: the entry shares its memory with the whole frame that it came in.
        record.State = entry.IsNull ? AwarenessEntry.NullState : entry.State.ToArray();
        record.SeenAt = seenAt;
        Count(record.Bytes - before);
        if (record.Change > 0)
        {
            changes.Remove(record.Change);
        }

        record.Change = ++LastChange;
        changes.Add(record.Change, record);
    }

    /// <summary>
    /// The update that brings a holder of all changes up to number <paramref name="change"/> up to date, or null. A
    /// holder of no changes is not told which clients are gone.
    /// </summary>
    public byte[]? EncodeSince(long change)
    {
        if (change == LastChange)
        {
            return null;
        }

        // Nearly always a connection lacks the last change or a few; one that lacks more is served from the records.
        var entries = LastChange - change <= 16
            ? Enumerable.Range(0, (int)(LastChange - change))
                .Select(i => changes.GetValueOrDefault(change + 1 + i))
                .OfType<AwarenessRecord>()
                .Select(r => r.Entry)
                .ToList()
            : records.Values.Where(r => r.Change > change).Select(r => r.Entry).ToList();
        if (change == 0)
        {
            entries.RemoveAll(e => e.IsNull);
        }

        return entries.Count == 0 ? null : AwarenessUpdate.Encode(entries);
    }

    /// <summary>All clients that are there, possibly none.</summary>
    public byte[] EncodeAll() =>
        AwarenessUpdate.Encode(records.Values.Where(r => !r.IsNull).Select(r => r.Entry).ToList());

    /// <summary>All clients that are there, and those that went lately with the clock under which they did.</summary>
    public byte[] EncodeKnown() => AwarenessUpdate.Encode(records.Values.Select(r => r.Entry).ToList());

    /// <summary>The clients that are there and whose newest entry a connection of this node said.</summary>
    public IEnumerable<AwarenessRecord> Own() => records.Values.Where(r => !r.IsNull && r.Claims.HasOwnerAt(r.Clock));

    private void Count(long growth)
    {
        Bytes += growth;
        memory.Add(Copies * growth);
    }
}
