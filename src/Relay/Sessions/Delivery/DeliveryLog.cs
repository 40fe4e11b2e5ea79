namespace Relay.Sessions;

/// <summary>
/// The entries that some connection of a session still has to be sent, counted from the session's start, up to a byte limit: beyond it the oldest go, and the connections that still wanted them
/// get one merged difference instead. Without such a connection nothing is kept.
/// </summary>
internal sealed class DeliveryLog(long maxBytes)
{
    private readonly Queue<DeliveredEntry> entries = new();
    private long bytes;

    /// <summary>The number of the oldest entry kept; <see cref="End"/> when none is.</summary>
    public long Start { get; private set; }

    /// <summary>The number that the next entry gets.</summary>
    public long End => Start + entries.Count;

    public long Bytes => bytes;

    /// <summary>Adds an entry and lets go of the oldest while there are more bytes than allowed; the newest always stays.</summary>
    public void Add(DeliveredEntry entry)
    {
        entries.Enqueue(entry);
        bytes += entry.Bytes;
        while (bytes > maxBytes && entries.Count > 1)
        {
            bytes -= entries.Dequeue().Bytes;
            Start++;
        }
    }

    /// <summary>The entries from number <paramref name="from"/> on, which is not before <see cref="Start"/>.</summary>
    public IEnumerable<DeliveredEntry> From(long from) => entries.Skip((int)(from - Start));

    /// <summary>Lets go of all entries: every connection has them.</summary>
    public void Clear()
    {
        Start = End;
        entries.Clear();
        bytes = 0;
    }
}
