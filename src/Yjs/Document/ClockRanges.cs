namespace Relay.Yjs;

/// <summary>
/// A set of clocks of one client as sorted ranges. Additions go to a short sorted list that is merged into the long one when it is full, so that adding to a set of n ranges costs about
/// √n moved ranges instead of n.
/// </summary>
internal sealed class ClockRanges
{
    private const int SmallestRecent = 32;

    private ClockRange[] settled = [];
    private int settledCount;
    private ClockRange[] recent = [];
    private int recentCount;

    public bool IsEmpty => settledCount == 0 && recentCount == 0;

    public long MemoryBytes => 16L * (settled.Length + recent.Length) + 64;

    /// <summary>The set as sorted ranges that neither overlap nor touch; valid until the next addition.</summary>
    public ReadOnlySpan<ClockRange> Settle()
    {
        if (recentCount > 0)
        {
            Merge();
        }

        return settled.AsSpan(0, settledCount);
    }

    public bool Contains(long clock) => Covers(clock, clock + 1);

    /// <summary>Whether every clock from <paramref name="start"/> to before <paramref name="end"/> is in the set.</summary>
    public bool Covers(long start, long end)
    {
        if (IsWithinOne(settled.AsSpan(0, settledCount), start, end) || IsWithinOne(recent.AsSpan(0, recentCount), start, end))
        {
            return true;
        }

        // Neither list alone covers it; together they can only if both touch it.
        return recentCount > 0 && end - start > 1 && Touches(recent.AsSpan(0, recentCount), start, end) && IsWithinOne(Settle(), start, end);
    }

    /// <summary>Whether any clock from <paramref name="start"/> to before <paramref name="end"/> is in the set.</summary>
    public bool Overlaps(long start, long end) =>
        Touches(settled.AsSpan(0, settledCount), start, end) || Touches(recent.AsSpan(0, recentCount), start, end);

    public void Add(long start, long end)
    {
        if (IsWithinOne(settled.AsSpan(0, settledCount), start, end))
        {
            return;
        }

        var list = recent.AsSpan(0, recentCount);
        var first = FirstEndingAtOrAfter(list, start);
        var next = first;
        while (next < recentCount && recent[next].Start <= end)
        {
            start = Math.Min(start, recent[next].Start);
            end = Math.Max(end, recent[next].End);
            next++;
        }

        if (next > first)
        {
            recent[first] = new ClockRange(start, end);
            list[next..].CopyTo(recent.AsSpan(first + 1));
            recentCount -= next - first - 1;
            return;
        }

        if (recentCount == recent.Length)
        {
            Array.Resize(ref recent, Math.Max(2, 2 * recent.Length));
        }

        recent.AsSpan(first, recentCount - first).CopyTo(recent.AsSpan(first + 1));
        recent[first] = new ClockRange(start, end);
        recentCount++;
        if (recentCount >= SmallestRecent && (long)recentCount * recentCount > settledCount)
        {
            Merge();
        }
    }

    /// <summary>The first range of a sorted list that ends after <paramref name="clock"/>.</summary>
    public static int FirstEndingAfter(ReadOnlySpan<ClockRange> ranges, long clock) => FirstEndingAtOrAfter(ranges, clock + 1);

    private static int FirstEndingAtOrAfter(ReadOnlySpan<ClockRange> ranges, long clock)
    {
        int low = 0, high = ranges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ranges[middle].End < clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static bool IsWithinOne(ReadOnlySpan<ClockRange> ranges, long start, long end)
    {
        var at = FirstEndingAfter(ranges, start);
        return at < ranges.Length && ranges[at].Start <= start && end <= ranges[at].End;
    }

    private static bool Touches(ReadOnlySpan<ClockRange> ranges, long start, long end)
    {
        var at = FirstEndingAfter(ranges, start);
        return at < ranges.Length && ranges[at].Start < end;
    }

    /// <summary>Merges from the end, into room behind the long list, so that a set that grows range by range allocates no more than a growing array.</summary>
    private void Merge()
    {
        var total = settledCount + recentCount;
        if (settled.Length < total)
        {
            Array.Resize(ref settled, total + (total / 4));
        }

        int left = settledCount - 1, right = recentCount - 1, first = total;
        while (left >= 0 || right >= 0)
        {
            var next = right < 0 || (left >= 0 && settled[left].End > recent[right].End) ? settled[left--] : recent[right--];
            if (first < total && settled[first].Start <= next.End)
            {
                settled[first] = new ClockRange(Math.Min(settled[first].Start, next.Start), Math.Max(settled[first].End, next.End));
            }
            else
            {
                settled[--first] = next;
            }
        }

        settledCount = total - first;
        settled.AsSpan(first, settledCount).CopyTo(settled);
        recentCount = 0;
    }
}
