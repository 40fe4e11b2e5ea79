using Relay.Yjs.Judge;

namespace Relay.Yjs.Document;

/// <summary>A list in chunks is a list: beside one of .NET, over random changes and chunk borders.</summary>
public sealed class RangeListTests(ITestOutputHelper output)
{
    [Fact]
    public void It_holds_what_a_list_holds_whatever_is_added_and_removed()
    {
        var seed = TestSettings.Seed ?? Environment.TickCount;
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        var (list, expected) = (new RangeList(), new List<ClockRange>());
        long clock = 0;
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(3))
            {
                case 0 when expected.Count > 0:
                    var from = random.Next(expected.Count);
                    var to = from + random.Next(1 + expected.Count - from);
                    list.Remove(from, to);
                    expected.RemoveRange(from, to - from);
                    break;
                case 1:
                    var more = random.Next(3 * RangeList.ChunkRanges);
                    list.Extend(more);
                    for (var i = 0; i < more; i++)
                    {
                        list[expected.Count] = Next();
                        expected.Add(list[expected.Count]);
                    }

                    break;
                default:
                    for (var added = random.Next(3 * RangeList.ChunkRanges); added > 0; added--)
                    {
                        expected.Add(Next());
                        list.Add(expected[^1]);
                    }

                    break;
            }

            Compare();
        }

        ClockRange Next()
        {
            clock += 1 + random.Next(3);
            return new ClockRange(clock, clock += 1 + random.Next(3));
        }

        void Compare()
        {
            Assert.Equal(expected.Count, list.Count);
            Assert.Equal(expected.Count == 0 ? 0 : expected[^1].End, list.End);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected[i], list[i]);
            }

            for (var i = 0; i < 100; i++)
            {
                var asked = random.NextInt64(clock + 3);
                var first = expected.FindIndex(range => range.End >= asked) is >= 0 and var found
                    ? found : expected.Count;
                Assert.Equal(first, list.FirstEndingAtOrAfter(asked));
                Assert.Equal(first, list.FirstEndingAtOrAfter(asked, random.Next(first + 1)));
            }
        }
    }

    [Fact]
    public void Growing_copies_no_range_of_a_full_chunk()
    {
        const int Ranges = 100 * RangeList.ChunkRanges;
        var list = new RangeList();
        list.Add(new ClockRange(0, 1));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < Ranges; i++)
        {
            list.Add(new ClockRange(2 * i, (2 * i) + 1));
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{allocated} bytes allocated, {list.MemoryBytes} kept");
        Assert.InRange(allocated, 0, 1.25 * list.MemoryBytes);
        Assert.InRange(list.MemoryBytes, 16 * Ranges, 2 * 16 * Ranges);
    }

    [Fact]
    public void A_set_of_clocks_holds_what_was_added_in_any_order()
    {
        var seed = TestSettings.Seed ?? Environment.TickCount;
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        const int Clocks = 6 * RangeList.ChunkRanges;
        var (set, expected) = (new ClockRanges(), new bool[Clocks + 1]);
        var singles = Enumerable.Range(0, Clocks / 2).Select(i => 2 * i).ToArray();
        random.Shuffle(singles);
        foreach (var start in singles)
        {
            Add(start, start + 1);
        }

        for (var i = 0; i < 50; i++)
        {
            var start = random.Next(Clocks);
            Add(start, Math.Min(Clocks, start + 1 + random.Next(Clocks / 20)));
        }

        void Add(int start, int end)
        {
            set.Add(start, end);
            expected.AsSpan(start, end - start).Fill(true);
            var asked = random.Next(Clocks);
            Assert.Equal(expected[asked], set.Contains(asked));
            Assert.Equal(Array.IndexOf(expected, false, asked), set.EndOfCovered(asked));
            var covered = Array.IndexOf(expected, true, asked);
            Assert.Equal(covered < 0 ? long.MaxValue : covered, set.StartOfCovered(asked));
        }
    }
}
