using Relay.Backplane.Support;
using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>The tags of partitions, against the client's own computation of slots.</summary>
public sealed class HashTagsTests : RedisFixture
{
    [Fact]
    public async Task Each_slot_has_a_tag_and_partitions_are_equal_stretches_of_slots_and_of_names()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync((await ServeClusterAsync())[0].Address);
        var slots = Enumerable.Range(0, HashTags.Slots).ToArray();
        Assert.Equal(slots, slots.Select(slot => redis.GetHashSlot($"relay:{{{HashTags.Of(slot)}}}:log:a")));
        Assert.Equal(HashTags.Slots, slots.Select(HashTags.Of).Distinct().Count());

        var finest = new RedisKeys("relay", HashTags.Slots);
        foreach (var partitions in new[] { 1, 2, 256, HashTags.Slots })
        {
            var keys = new RedisKeys("relay", partitions);
            var stretch = HashTags.Slots / partitions;
            Assert.Equal(partitions, keys.Partitions);
            Assert.Equal(finest.PartitionCount, keys.PartitionCount);
            Assert.All(Enumerable.Range(0, partitions),
                partition => Assert.Equal(partition * stretch, redis.GetHashSlot(keys.Count(partition))));
            foreach (var name in Enumerable.Range(0, 1000).Select(i => DocumentName.Create($"room-{i}")))
            {
                Assert.Equal(finest.PartitionOf(name) / stretch, keys.PartitionOf(name));
                Assert.Equal(keys.PartitionOf(name) * stretch, redis.GetHashSlot(keys.Of(name).Head));
            }
        }
    }

    [Fact]
    public void Tags_stay_what_they_are() =>
        Assert.Equal(["r6961", "r29649", "r2170", "r47875", "r8747"],
            new[] { 0, 1, 64, 8_192, 16_383 }.Select(HashTags.Of));

    [Theory]
    [InlineData(1)]
    [InlineData(16_384)]
    public async Task Nodes_work_together_with_few_and_with_many_partitions(int partitions)
    {
        var options = Options with { Partitions = partitions };
        var (one, two) = (await OpenAsync(options), await OpenAsync(options));
        var name = Sample.Name();
        var recorder = new Recorder();
        await two.SubscribeAsync(name, recorder, default).Soon();
        var positions = await one.FillAsync(name, 3);
        Assert.Equal(["1", "2", "3"], (await recorder.EntriesAsync(3)).Texts());
        Assert.Equal(["2", "3"], (await two.ReadAsync(name, positions[1], default).Soon()).Entries.Texts());
        Assert.Equal(name, Assert.Single(await two.ListAsync(10, default).Soon()).Document);
    }
}
