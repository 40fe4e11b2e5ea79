namespace Relay.Backplane;

/// <summary>
/// The open segments of the log, from the oldest to the active one, which is written to. There is at least one until
/// <see cref="Close"/>.
/// </summary>
/// <remarks>
/// Only the writer adds and removes segments. So the writer reads the list without a lock, and others read it through
/// the methods that say that they run on any thread. A segment's file stays open as long as the segment is in the list
/// or was acquired.
/// </remarks>
internal sealed class LogSegments
{
    // Held while the list changes, and while a thread that is not the writer acquires segments.
    private readonly Lock gate = new();

    // Replaced as a whole, never changed.
    private volatile Segment[] all;

    public LogSegments(IEnumerable<Segment> segments) => all = [.. segments];

    public int Count => all.Length;

    /// <summary>The segment that is written to, the last one.</summary>
    public Segment Active => all[^1];

    /// <summary>The segment that is removed next.</summary>
    public Segment Oldest => all[0];

    /// <summary>Whether the disk is known to have all of the segments before the active one.</summary>
    public bool IsFlushedBeforeActive => all.Length == 1 || all[^2].Flushed >= all[^2].Length;

    /// <summary>
    /// How many bytes of the active segment the disk is known to have; 0 if it may lack some of the segment before.
    /// </summary>
    public long KnownFlushed =>
        Active.Flushed > 0 ? Active.Flushed : IsFlushedBeforeActive ? Segment.HeaderLength : 0;

    /// <summary>The bytes that all segments take, and those of them that count.</summary>
    public (long Live, long Total) Measure()
    {
        long live = 0, total = 0;
        foreach (var segment in all)
        {
            live += segment.LiveBytes;
            total += segment.Length;
        }

        return (live, total);
    }

    /// <summary>The segment of a number, which counted when the caller learned of it. On any thread.</summary>
    public Segment Of(long number)
    {
        // There are few segments, and most questions are about the newest.
        var current = all;
        for (var i = current.Length - 1; i >= 0; i--)
        {
            if (current[i].Number == number)
            {
                return current[i];
            }
        }

        throw new InvalidOperationException($"Segment {number} has left the log, and something in it still counted.");
    }

    /// <summary>Makes a segment the active one.</summary>
    public void Add(Segment segment)
    {
        lock (gate)
        {
            all = [.. all, segment];
        }
    }

    /// <summary>Takes the oldest segment out, of which no record counts any more.</summary>
    public void RemoveOldest()
    {
        Segment oldest;
        lock (gate)
        {
            oldest = all[0];
            all = all[1..];
        }

        oldest.Release();
    }

    /// <summary>
    /// All segments with the lengths that they have now, in order; the caller releases them. On any thread.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public List<(Segment Segment, long Length)> AcquireAll()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(all.Length == 0, typeof(FileLog));
            return Acquire(all);
        }
    }

    /// <summary>
    /// The segments that the disk is not known to have whole, in order; the caller releases them. None of a closed log.
    /// On any thread.
    /// </summary>
    /// <param name="includesActive">Whether the active segment is among them.</param>
    public List<(Segment Segment, long Length)> AcquireUnflushed(bool includesActive)
    {
        lock (gate)
        {
            return Acquire(all.Where(segment =>
                segment.Flushed < segment.Length && (includesActive || segment != all[^1])));
        }
    }

    /// <summary>Lets go of all segments. The writer has ended.</summary>
    public void Close()
    {
        Segment[] last;
        lock (gate)
        {
            last = all;
            all = [];
        }

        foreach (var segment in last)
        {
            segment.Release();
        }
    }

    private static List<(Segment Segment, long Length)> Acquire(IEnumerable<Segment> segments)
    {
        var acquired = new List<(Segment Segment, long Length)>();
        foreach (var segment in segments)
        {
            segment.Acquire();
            acquired.Add((segment, segment.Length));
        }

        return acquired;
    }
}
