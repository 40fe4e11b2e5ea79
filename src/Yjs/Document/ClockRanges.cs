namespace Relay.Yjs;

/// <summary>
/// A set of clocks of one client as sorted ranges. Additions go to a short sorted list that is merged into the long one
/// when it is full, so that adding to a set of n ranges costs about √n moved ranges instead of n.
/// </summary>
internal sealed class ClockRanges
{
    private const int SmallestRecent = 32;
    private const int RangeBytes = 16;

    /// <summary>
    /// Moving a range in the short list, many at once, costs so much less than merging one. (The square root of it: how
    /// much longer than √n the short list gets.)
    /// </summary>
    private const long MovesPerMerge = 16;

    private RangeList settled = new();
    private ClockRange[] recent = [];
    private int recentCount;

    /// <summary>How many ranges questions have gone over since the short list was last merged.</summary>
    private long walked;

    public bool IsEmpty => settled.Count == 0 && recentCount == 0;

    /// <summary>How many ranges it is made of, at most.</summary>
    public int Count => settled.Count + recentCount;

    /// <summary>The clock after the last one of the set.</summary>
    public long End => Math.Max(settled.End, recentCount == 0 ? 0 : recent[recentCount - 1].End);

    /// <summary>What it takes in memory beside the object itself.</summary>
    public long MemoryBytes => settled.MemoryBytes + RangeList.ArrayBytes(recent.Length, RangeBytes);

    private ReadOnlySpan<ClockRange> Recent => recent.AsSpan(0, recentCount);

    /// <summary>The set as sorted ranges that neither overlap nor touch; valid until the next addition.</summary>
    public ref readonly RangeList Settle()
    {
        if (recentCount > 0)
        {
            Merge();
        }

        return ref settled;
    }

    public bool Contains(long clock) => Covers(clock, clock + 1);

    /// <summary>
    /// Whether every clock from <paramref name="start"/> to before <paramref name="end"/> is in the set.
    /// </summary>
    public bool Covers(long start, long end) =>
        IsWithinOne(settled, start, end)
        || (recentCount > 0 && IsWithinOne(Recent, start, end))
        || (recentCount > 0 && end - start > 1 && EndOfCovered(start) >= end);

    /// <summary>
    /// Whether any clock from <paramref name="start"/> to before <paramref name="end"/> is in the set.
    /// </summary>
    public bool Overlaps(long start, long end) =>
        Touches(settled, start, end) || Touches(Recent, start, end);

    /// <summary>The first clock from <paramref name="clock"/> on that is not in the set.</summary>
    public long EndOfCovered(long clock)
    {
        // A question goes from range to range of the two lists. Only when questions have gone over as many ranges as a
        // merge costs, the lists are merged: a stranger can have neither long walks nor merges again and again.
        if (walked > settled.Count + SmallestRecent && recentCount > 0)
        {
            Merge();
        }

        var longer = settled.FirstEndingAtOrAfter(clock + 1);
        var shorter = FirstEndingAfter(Recent, clock);
        while (true)
        {
            WorkMeter.Count();
            var before = clock;
            for (; longer < settled.Count && settled[longer].Start <= clock; longer++)
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
            walked++;
            longer = settled.FirstEndingAtOrAfter(clock + 1, from: longer);
        }
    }

    /// <summary>About how many ranges lie between two clocks.</summary>
    public int CountBetween(long start, long end) =>
        start >= End ? 0 : CountBetween(settled, start, end) + CountBetween(Recent, start, end);

    /// <summary>
    /// The first clock from <paramref name="clock"/> on that is in the set; <see cref="long.MaxValue"/> if there is
    /// none.
    /// </summary>
    public long StartOfCovered(long clock) =>
        Math.Min(StartOfCovered(settled, clock), StartOfCovered(Recent, clock));

    public void Add(long start, long end)
    {
        if (recentCount == 0 && TryAppend(start, end))
        {
            return;
        }

        if (IsWithinOne(settled, start, end))
        {
            return;
        }

        var list = Recent;
        var first = RangeList.FirstEndingAtOrAfter(list, start);
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
            WorkMeter.CountBytes(RangeBytes * (recentCount - first));
            list[next..].CopyTo(recent.AsSpan(first + 1));
            recentCount -= next - first - 1;
            return;
        }

        if (recentCount == recent.Length)
        {
            Array.Resize(ref recent, Math.Max(2, 2 * recent.Length));
        }

        WorkMeter.CountBytes(RangeBytes * (recentCount - first));
        recent.AsSpan(first, recentCount - first).CopyTo(recent.AsSpan(first + 1));
        recent[first] = new ClockRange(start, end);
        recentCount++;
        if (recentCount >= SmallestRecent && (long)recentCount * recentCount > MovesPerMerge * settled.Count)
        {
            Merge();
        }
    }

    private static int FirstEndingAfter(ReadOnlySpan<ClockRange> ranges, long clock) =>
        RangeList.FirstEndingAtOrAfter(ranges, clock + 1);

    private static bool IsWithinOne(ReadOnlySpan<ClockRange> ranges, long start, long end)
    {
        var at = FirstEndingAfter(ranges, start);
        return at < ranges.Length && ranges[at].Start <= start && end <= ranges[at].End;
    }

    private static bool IsWithinOne(in RangeList ranges, long start, long end)
    {
        var at = ranges.FirstEndingAtOrAfter(start + 1);
        return at < ranges.Count && ranges[at].Start <= start && end <= ranges[at].End;
    }

    private static long StartOfCovered(ReadOnlySpan<ClockRange> ranges, long clock)
    {
        var at = FirstEndingAfter(ranges, clock);
        return at == ranges.Length ? long.MaxValue : Math.Max(clock, ranges[at].Start);
    }

    private static long StartOfCovered(in RangeList ranges, long clock)
    {
        var at = ranges.FirstEndingAtOrAfter(clock + 1);
        return at == ranges.Count ? long.MaxValue : Math.Max(clock, ranges[at].Start);
    }

    private static int CountBetween(ReadOnlySpan<ClockRange> ranges, long start, long end)
    {
        var first = FirstEndingAfter(ranges, start);
        var last = first + FirstEndingAfter(ranges[first..], end);
        return last - first + (last < ranges.Length && ranges[last].Start < end ? 1 : 0);
    }

    private static int CountBetween(in RangeList ranges, long start, long end)
    {
        var first = ranges.FirstEndingAtOrAfter(start + 1);
        var last = ranges.FirstEndingAtOrAfter(end + 1, first);
        return last - first + (last < ranges.Count && ranges[last].Start < end ? 1 : 0);
    }

    private static bool Touches(ReadOnlySpan<ClockRange> ranges, long start, long end)
    {
        var at = FirstEndingAfter(ranges, start);
        return at < ranges.Length && ranges[at].Start < end;
    }

    private static bool Touches(in RangeList ranges, long start, long end)
    {
        var at = ranges.FirstEndingAtOrAfter(start + 1);
        return at < ranges.Count && ranges[at].Start < end;
    }

    /// <summary>Adds a range behind all others, as they come in an update; false if it is not.</summary>
    private bool TryAppend(long start, long end)
    {
        if (settled.Count > 0 && start <= settled.End)
        {
            ref var last = ref settled[settled.Count - 1];
            if (start < last.Start)
            {
                return false;
            }

            last = new ClockRange(last.Start, Math.Max(last.End, end));
            return true;
        }

        settled.Add(new ClockRange(start, end));
        return true;
    }

    /// <summary>
    /// Merges from the end, into room behind the long list, so that a set that grows range by range allocates no more
    /// than a growing array. What lies before all of the short list stays where it is.
    /// </summary>
    private void Merge()
    {
        int left = settled.Count - 1, right = recentCount - 1;
        settled.Extend(recentCount);
        var (total, first) = (settled.Count, settled.Count);
        while (right >= 0 || (left >= 0 && first < total && settled[first].Start <= settled[left].End))
        {
            WorkMeter.Count();
            var next = right < 0 || (left >= 0 && settled[left].End > recent[right].End)
                ? settled[left--]
                : recent[right--];
            if (first < total && settled[first].Start <= next.End)
            {
                settled[first] = new ClockRange(Math.Min(settled[first].Start, next.Start),
                    Math.Max(settled[first].End, next.End));
            }
            else
            {
                settled[--first] = next;
            }
        }

        settled.Remove(left + 1, first);
        (recentCount, walked) = (0, 0);
    }
}
