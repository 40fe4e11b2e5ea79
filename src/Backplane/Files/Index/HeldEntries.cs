using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The entries of one document that the log holds, without holes, by offset and by id. About 24 bytes an entry, and 8
/// to 16 more for finding ids once there are enough of them to make searching slow. Ids are random, so their low bits
/// are their hash.
/// </summary>
internal sealed class HeldEntries
{
    private const int SearchedLinearly = 16;

    private HeldEntry[] entries = [];
    private int head;
    private int count;

    // Open addressing: the index within `entries` plus one, 0 for free. Rebuilt when entries move.
    private int[] byId = [];

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
        if (count <= SearchedLinearly)
        {
            return;
        }

        if (byId.Length < count * 2)
        {
            Rebuild();
        }
        else
        {
            Enter(head + count - 1);
        }
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

        byId = [];
        if (count > SearchedLinearly)
        {
            Rebuild();
        }
    }

    /// <summary>The offset of the entry with this id; 0 if it is not held.</summary>
    public long OffsetOf(EntryId id)
    {
        if (count <= SearchedLinearly)
        {
            for (var i = head; i < head + count; i++)
            {
                if (entries[i].Id == id)
                {
                    return FirstOffset + i - head;
                }
            }

            return 0;
        }

        for (var slot = (int)id.Value & (byId.Length - 1); byId[slot] != 0; slot = (slot + 1) & (byId.Length - 1))
        {
            if (entries[byId[slot] - 1].Id == id)
            {
                return FirstOffset + byId[slot] - 1 - head;
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
        if (head > 0)
        {
            head = 0;
            byId = [];
        }
    }

    private void Rebuild()
    {
        var size = 64;
        while (size < count * 2)
        {
            size *= 2;
        }

        byId = new int[size];
        for (var i = head; i < head + count; i++)
        {
            Enter(i);
        }
    }

    private void Enter(int index)
    {
        var slot = (int)entries[index].Id.Value & (byId.Length - 1);
        while (byId[slot] != 0)
        {
            slot = (slot + 1) & (byId.Length - 1);
        }

        byId[slot] = index + 1;
    }
}
