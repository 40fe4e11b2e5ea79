using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>The deletes of an update as a sorted list without overlaps, whatever their order and repetitions.</summary>
internal sealed class SortedDeletes
{
    private const int Smallest = 64;

    private readonly List<DeleteRange> ranges = [];

    /// <summary>Takes all of a delete set that was checked.</summary>
    public void AddAll(ReadOnlySpan<byte> deletes)
    {
        var reader = new Lib0Reader(deletes);
        for (var clients = reader.ReadVarUint(); clients > 0; clients--)
        {
            var client = reader.ReadVarUint();
            for (var count = reader.ReadVarUint(); count > 0; count--)
            {
                WorkMeter.Count();
                var start = (long)reader.ReadVarUint();
                Add(new DeleteRange(client, start, start + (long)reader.ReadVarUint()));
            }
        }

        Merge();
    }

    /// <summary>Whether all of these clocks are deleted.</summary>
    public bool Covers(ulong client, long start, long end)
    {
        WorkMeter.Count();
        int low = 0, high = ranges.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ranges[middle].Client < client || (ranges[middle].Client == client && ranges[middle].End <= start))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < ranges.Count && ranges[low].Client == client && ranges[low].Start <= start
            && end <= ranges[low].End;
    }

    private void Add(in DeleteRange range)
    {
        if (ranges.Count == ranges.Capacity && ranges.Count >= Smallest)
        {
            // Repetitions may be all that makes it long.
            Merge();
            ranges.EnsureCapacity(2 * ranges.Count);
        }

        ranges.Add(range);
    }

    private void Merge()
    {
        var list = CollectionsMarshal.AsSpan(ranges);
        list.Sort(static (one, other) =>
            one.Client != other.Client ? one.Client.CompareTo(other.Client) : one.Start.CompareTo(other.Start));
        WorkMeter.Count(list.Length);
        var count = 0;
        foreach (var range in list)
        {
            if (count > 0 && list[count - 1] is var last && last.Client == range.Client && range.Start <= last.End)
            {
                list[count - 1] = last with { End = Math.Max(last.End, range.End) };
            }
            else
            {
                list[count++] = range;
            }
        }

        ranges.RemoveRange(count, ranges.Count - count);
    }
}
