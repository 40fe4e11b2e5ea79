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

    /// <summary>How many ranges it is made of, at most.</summary>
    public int Count => settledCount + recentCount;

    /// <summary>What it takes in memory beside the object itself.</summary>
    public long MemoryBytes => ArrayBytes(settled) + ArrayBytes(recent);

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
    public bool Covers(long start, long end) => IsWithinOne(settled.AsSpan(0, settledCount), start, end) || (recentCount > 0 && EndOfCovered(start) >= end);

    /// <summary>Whether any clock from <paramref name="start"/> to before <paramref name="end"/> is in the set.</summary>
    public bool Overlaps(long start, long end) =>
        Touches(settled.AsSpan(0, settledCount), start, end) || Touches(recent.AsSpan(0, recentCount), start, end);

    /// <summary>The first clock from <paramref name="clock"/> on that is not in the set.</summary>
    public long EndOfCovered(long clock)
    {
        // A question merges nothing: else a stranger could have both lists merged again and again. It goes from range to range of the two lists, and the short list bounds how often.
        var longer = FirstEndingAfter(settled.AsSpan(0, settledCount), clock);
        var shorter = FirstEndingAfter(recent.AsSpan(0, recentCount), clock);
        while (true)
        {
            WorkMeter.Count();
            var before = clock;
            for (; longer < settledCount && settled[longer].Start <= clock; longer++)
            {
                clock = Math.Max(clock, settled[longer].End);
                WorkMeter.Count();
            }

            for (; shorter < recentCount && recent[shorter].Start <= clock; shorter++)
            {
                clock = Math.Max(clock, recent[shorter].End);
                WorkMeter.Count();
            }

            if (clock == before)
            {
                return clock;
            }

            // One range of the short list may reach over many of the long one.
            longer += FirstEndingAfter(settled.AsSpan(longer, settledCount - longer), clock);
        }
    }

    /// <summary>The first clock from <paramref name="clock"/> on that is in the set; <see cref="long.MaxValue"/> if there is none.</summary>
    public long StartOfCovered(long clock) =>
        Math.Min(StartOfCovered(settled.AsSpan(0, settledCount), clock), StartOfCovered(recent.AsSpan(0, recentCount), clock));

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
            WorkMeter.Count();
        }

        if (next > first)
        {
            recent[first] = new ClockRange(start, end);
            WorkMeter.CountBytes(16 * (recentCount - first));
            list[next..].CopyTo(recent.AsSpan(first + 1));
            recentCount -= next - first - 1;
            return;
        }

        if (recentCount == recent.Length)
        {
            Array.Resize(ref recent, Math.Max(2, 2 * recent.Length));
        }

        WorkMeter.CountBytes(16 * (recentCount - first));
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
            WorkMeter.Count();
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

    private static long StartOfCovered(ReadOnlySpan<ClockRange> ranges, long clock)
    {
        var at = FirstEndingAfter(ranges, clock);
        return at == ranges.Length ? long.MaxValue : Math.Max(clock, ranges[at].Start);
    }

    private static long ArrayBytes(ClockRange[] array) => array.Length == 0 ? 0 : 24 + (16L * array.Length);

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
        WorkMeter.Count(total);
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
