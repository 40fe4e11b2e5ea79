using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The entries of one document that the log holds, without holes, by offset; about 24 bytes an entry. Only repeats are
/// looked for by their ids, and mostly found near the end.
/// </summary>
internal sealed class HeldEntries
{
    private HeldEntry[] entries = [];
    private int head;
    private int count;

    /// <summary>The offset of the first entry held, or that the next one will have.</summary>
    public long FirstOffset { get; private set; } = 1;

    public int Count => count;

    public HeldEntry this[long offset] => entries[head + (int)(offset - FirstOffset)];

    /// <summary>Begins after <paramref name="offset"/>; only while no entry is held.</summary>
    public void StartAfter(long offset) => FirstOffset = offset + 1;

    public void Add(in HeldEntry entry)
    {
        if (head + count == entries.Length)
        {
            MakeRoom();
        }

        entries[head + count] = entry;
        count++;
    }

    /// <summary>Says that the entry at <paramref name="offset"/> now stands elsewhere.</summary>
    public void Move(long offset, Segment segment, uint at)
    {
        ref var entry = ref entries[head + (int)(offset - FirstOffset)];
        entry = entry with { Segment = segment, At = at };
    }

    /// <summary>Lets go of everything up to <paramref name="offset"/>, which is held.</summary>
    public void TrimThrough(long offset)
    {
        var trimmed = (int)(offset - FirstOffset) + 1;
        Array.Clear(entries, head, trimmed);
        head += trimmed;
        count -= trimmed;
        FirstOffset = offset + 1;
        if (head > entries.Length / 2)
        {
            var kept = count == 0 ? [] : new HeldEntry[count];
            Array.Copy(entries, head, kept, 0, count);
            entries = kept;
            head = 0;
        }
    }

    /// <summary>
    /// The offset of the entry with this id, if it is greater than <paramref name="after"/>, which is not before the
    /// start; otherwise 0.
    /// </summary>
    public long OffsetOf(EntryId id, long after)
    {
        for (var offset = FirstOffset + count - 1; offset > after; offset--)
        {
            if (this[offset].Id == id)
            {
                return offset;
            }
        }

        return 0;
    }

    private void MakeRoom()
    {
        // Small steps for the many documents that hold few entries, doubling for the few that hold many.
        var larger = new HeldEntry[Math.Max(4, count * 2)];
        Array.Copy(entries, head, larger, 0, count);
        entries = larger;
        head = 0;
    }
}
