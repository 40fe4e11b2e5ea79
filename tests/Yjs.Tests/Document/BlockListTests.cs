using System.Runtime.InteropServices;
using Relay.Yjs.Judge;

namespace Relay.Yjs.Document;

/// <summary>A list in chunks is a list: beside one of .NET, over random changes and chunk borders.</summary>
public sealed class BlockListTests(ITestOutputHelper output)
{
    private const int LargeObjectBytes = 85_000;

    [Fact]
    public void It_holds_what_a_list_holds_whatever_is_added_merged_and_removed()
    {
        var seed = TestSettings.Seed ?? Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (list, expected) = (new BlockList(), new List<long>());
        long clock = 0;
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(4))
            {
                case 0 when expected.Count > 0:
                    var from = random.Next(expected.Count);
                    var to = from + random.Next(1 + expected.Count - from);
                    list.Remove(from, to);
                    expected.RemoveRange(from, to - from);
                    break;
                case 1:
                    var (others, clocks) = (new BlockList(), Clocks(random, expected));
                    clocks.ForEach(between => others.Add(At(between)));
                    list.Merge(others);
                    expected.AddRange(clocks);
                    expected.Sort();
                    break;
                default:
                    for (var more = random.Next(3 * BlockList.ChunkBlocks); more > 0; more--)
                    {
                        clock = Math.Max(clock, expected.Count == 0 ? 0 : expected[^1]) + 4;
                        list.Add(At(clock));
                        expected.Add(clock);
                    }

                    break;
            }

            Compare(expected, list, random);
        }
    }

    [Fact]
    public void Growing_copies_no_block_of_a_full_chunk_and_makes_no_large_object()
    {
        const int Blocks = 100 * BlockList.ChunkBlocks;
        var list = new BlockList();
        list.Add(At(0));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < Blocks; i++)
        {
            list.Add(At(i));
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, list.MemoryBytes / 2, 1.1 * list.MemoryBytes);
        Assert.InRange(list.MemoryBytes / 100, 1, LargeObjectBytes);
    }

    private static void Compare(List<long> expected, in BlockList list, Random random)
    {
        var clocks = new long[list.Count];
        for (var i = 0; i < clocks.Length; i++)
        {
            clocks[i] = list[i].Clock;
        }

        Assert.True(clocks.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(expected)));
        for (var asked = 0; asked < 20 && expected.Count > 0; asked++)
        {
            var clock = random.NextInt64(expected[^1] + 1);
            Assert.Equal(expected.FindIndex(known => known + 1 > clock), list.FirstEndingAfter(clock));
        }
    }

    /// <summary>Clocks that are not there yet, in their order.</summary>
    private static List<long> Clocks(Random random, List<long> known)
    {
        var last = known.Count == 0 ? 100 : known[^1] + 100;
        return [.. Enumerable.Range(0, random.Next(2 * BlockList.ChunkBlocks)).Select(_ => random.NextInt64(last))
            .Distinct().Except(known).Order()];
    }

    private static Block At(long clock) => new() { Clock = clock, Length = 1 };
}
