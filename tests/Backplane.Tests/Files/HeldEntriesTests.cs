using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class HeldEntriesTests(ITestOutputHelper output)
{
    [Fact]
    public void Entries_are_found_by_offset_and_by_id_however_they_come_and_go()
    {
        var random = Seed.Next(output);
        var segment = new Segment(1, "none", null!, 0);
        for (var round = 0; round < 10; round++)
        {
            var held = new HeldEntries();
            var model = new SortedDictionary<long, EntryId>();
            var gone = new List<EntryId>();
            long end = random.Next(5);
            held.StartAfter(end);
            for (var step = 0; step < 200; step++)
            {
                for (var add = random.Next(30); add > 0; add--)
                {
                    var id = Sample.Id();
                    held.Add(new HeldEntry(id, segment, (uint)end, 7));
                    model.Add(++end, id);
                }

                if (model.Count > 0 && random.Next(3) == 0)
                {
                    var through = model.Keys.First() + random.Next(model.Count);
                    held.TrimThrough(through);
                    foreach (var offset in model.Keys.TakeWhile(offset => offset <= through).ToList())
                    {
                        gone.Add(model[offset]);
                        model.Remove(offset);
                    }
                }

                Assert.Equal(model.Count, held.Count);
                Assert.Equal(end - model.Count + 1, held.FirstOffset);
            }

            var start = held.FirstOffset - 1;
            Assert.All(model, pair => Assert.Equal((pair.Key, pair.Key, 0L, pair.Value),
                (held.OffsetOf(pair.Value, start), held.OffsetOf(pair.Value, pair.Key - 1),
                    held.OffsetOf(pair.Value, pair.Key), held[pair.Key].Id)));
            Assert.All(gone, id => Assert.Equal(0, held.OffsetOf(id, start)));
        }
    }

    [Fact]
    public void The_checksum_is_the_standard_one()
    {
        // The check value of CRC-32C in RFC 3720's terms, and that a checksum can be continued.
        Assert.Equal(0xE3069283u, Crc32C.Compute(0, "123456789"u8));
        Assert.Equal(0xE3069283u, Crc32C.Compute(Crc32C.Compute(0, "1234"u8), "56789"u8));
    }
}
