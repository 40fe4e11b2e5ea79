namespace Relay.Sessions;

/// <summary>
/// The entries that some connection of a session still has to be sent, counted from the session's start, up to a byte
/// limit: beyond it the oldest are dropped, and the connections that lack them get one diff instead.
/// Without such a connection no entry is kept.
/// </summary>
internal sealed class DeliveryLog(long maxBytes)
{
    private const int FirstCapacity = 16;

    // A ring: entry number n stands at n modulo its length, which is a power of two. A connection that does not read
    // keeps thousands of entries here, and all others take theirs from the end.
    private DeliveredEntry?[] ring = [];
    private int count;
    private long bytes;

    /// <summary>The number of the oldest entry kept; <see cref="End"/> when none is.</summary>
    public long Start { get; private set; }

    /// <summary>The number that the next entry gets.</summary>
    public long End => Start + count;

    public long Bytes => bytes;

    /// <summary>
    /// Adds an entry and lets go of the oldest while there are more bytes than allowed; the newest always stays.
    /// </summary>
    public void Add(DeliveredEntry entry)
    {
        if (count == ring.Length)
        {
            Grow();
        }

        ring[Place(End)] = entry;
        count++;
        bytes += entry.Bytes;
        while (bytes > maxBytes && count > 1)
        {
            ref var oldest = ref ring[Place(Start)];
            bytes -= oldest!.Bytes;
            oldest = null;
            Start++;
            count--;
        }
    }

    /// <summary>The number of the oldest entry that stays when this one is added.</summary>
    public long StartAfter(DeliveredEntry added)
    {
        var (start, kept) = (Start, bytes + added.Bytes);
        for (; kept > maxBytes && start < End; start++)
        {
            kept -= this[start].Bytes;
        }

        return start;
    }

    /// <summary>The entry with this number, from <see cref="Start"/> to before <see cref="End"/>.</summary>
    public DeliveredEntry this[long number] => ring[Place(number)]!;

    /// <summary>Lets go of all entries: every connection has them.</summary>
    public void Clear()
    {
        if (count == 0)
        {
            return;
        }

        Start = End;
        if (ring.Length > FirstCapacity)
        {
            ring = [];
        }
        else
        {
            Array.Clear(ring);
        }

        count = 0;
        bytes = 0;
    }

    private int Place(long number) => (int)(number & (ring.Length - 1));

    private void Grow()
    {
        var larger = new DeliveredEntry?[Math.Max(FirstCapacity, 2 * ring.Length)];
        for (var number = Start; number < End; number++)
        {
            larger[number & (larger.Length - 1)] = this[number];
        }

        ring = larger;
    }
}
