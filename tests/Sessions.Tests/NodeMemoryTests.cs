using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary><c>Limits:MaxOpenBytes</c>: all documents of a node have one limit, and small ones go on.</summary>
public sealed class NodeMemoryTests
{
    [Fact]
    public void Large_documents_stop_at_three_quarters_and_small_ones_share_the_rest()
    {
        var memory = new NodeMemory(1_000_000);
        var (large, small) = (memory.Open(), memory.Open());
        Assert.True(large.Allows(750_000));
        large.Add(740_000);
        Assert.False(large.Allows(20_000));
        Assert.True(small.Allows(125_000));
        Assert.False(small.Allows(126_000));
        large.Close();
        Assert.True(small.Allows(750_000));
        Assert.InRange(memory.Used, 0, 4096);
    }

    [Fact]
    public void Presence_stops_at_a_half_and_has_a_share_of_the_rest_as_well()
    {
        var memory = new NodeMemory(1_000_000);
        var (large, small) = (memory.Open(), memory.Open());
        Assert.True(large.AllowsPresence(500_000));
        large.Add(490_000);
        Assert.False(large.AllowsPresence(20_000));
        Assert.True(large.Allows(20_000));
        Assert.True(small.AllowsPresence(125_000));
        Assert.False(small.AllowsPresence(126_000));
    }

    [Fact]
    public void A_large_document_can_be_emptied_while_there_is_any_room()
    {
        var memory = new NodeMemory(1_000_000);
        var share = memory.Open();
        var limit = new GrowthLimit(10_000_000, share);
        limit.Holds(990_000);
        Assert.Equal(RefusalReason.NodeIsFull, limit.Refuses(1_000, onlyDeletes: false));
        Assert.Null(limit.Refuses(1_000, onlyDeletes: true));
        Assert.Equal(RefusalReason.NodeIsFull, limit.Refuses(20_000, onlyDeletes: true));
    }

    [Fact]
    public void Whatever_many_documents_grow_by_their_sum_stays_below_the_limit()
    {
        var memory = new NodeMemory(10_000_000);
        var random = new Random(1);
        var open = Enumerable.Range(0, 200).Select(_ => memory.Open()).ToList();
        for (var i = 0; i < 100_000; i++)
        {
            var (share, growth) = (open[random.Next(open.Count)], random.Next(5_000));
            if (share.Allows(growth))
            {
                share.Add(growth);
            }
        }

        Assert.InRange(memory.Used, 7_500_000, 10_000_000);
        open.ForEach(share => share.Close());
        Assert.Equal(0, memory.Used);
    }

    [Fact]
    public void An_update_that_finds_the_node_full_is_refused_for_now()
    {
        using var world = new World { Memory = new NodeMemory(200_000) };
        var writer = world.Client();
        writer.Say(Update(Typed(1, 0, new string('x', 60_000))));
        Assert.Null(writer.Closed);
        writer.Say(Update(Typed(1, 60_000, new string('x', 200_000))));
        Assert.Equal(RefusalReason.NodeIsFull, writer.Closed);
        Assert.InRange(world.Memory.Used, 60_000, 200_000);
    }

    [Fact]
    public void Presence_counts_with_what_it_is_told_in()
    {
        using var world = new World { Memory = new NodeMemory(200_000) };
        var (large, small, other) = (world.Client(), world.Client(), world.Client());
        large.Say(Presence((1, 1, $"\"{new string('x', 30_000)}\"")));
        Assert.InRange(world.Memory.Used, 3 * 30_000, 100_000);
        large.Say(Presence((2, 1, $"\"{new string('x', 30_000)}\"")));
        small.Say(Presence((3, 1, "{}")));
        Assert.Null(large.Closed);
        Assert.DoesNotContain(2UL, other.Presence.Keys);
        Assert.Contains(
            world.Log.Lines, line => line.Contains("Limits:MaxOpenBytes", StringComparison.Ordinal));
    }

    [Fact]
    public void On_a_full_node_a_connection_may_show_a_small_presence_and_no_large_one()
    {
        using var world = new World { Memory = new NodeMemory(200_000) };
        var (writer, other) = (world.Client(), world.Client());
        writer.Say(Update(Typed(1, 0, new string('x', 60_000))));
        world.Memory.Open().Add(200_000 - world.Memory.Used);
        writer.Say(Presence((1, 1, "{}")));
        Assert.Contains(1UL, other.Presence.Keys);
        other.Say(Presence((2, 1, $"\"{new string('x', 5_000)}\"")));
        Assert.DoesNotContain(2UL, writer.Presence.Keys);
        Assert.Null(other.Closed);
    }

    [Fact]
    public void A_full_node_opens_no_further_document_until_one_is_left()
    {
        using var world = new World { Memory = new NodeMemory(200_000) };
        var other = world.Memory.Open();
        other.Add(200_000);
        Assert.Equal(RefusalReason.NodeIsFull, world.Client().Closed);
        other.Close();
        Assert.Null(world.Client().Closed);
    }

    [Fact]
    public void A_document_that_is_left_gives_all_back()
    {
        using var world = new World { Memory = new NodeMemory(1_000_000) };
        var writer = world.Client();
        writer.Say(Update(Typed(1, 0, new string('x', 60_000))));
        Assert.InRange(world.Memory.Used, 60_000, 200_000);
        writer.Leave();
        world.Advance(120);
        Assert.Equal(0, world.Memory.Used);
    }

    [Fact]
    public void Those_who_lack_the_same_presence_share_one_frame()
    {
        var memory = NodeMemory.Unlimited.Open();
        var records = new AwarenessRecords(memory);
        var frames = new PresenceFrames(records);
        records.Change(records.Add(1), new Yjs.AwarenessEntry(1, 1, "{}"u8.ToArray()), default);
        var format = Protocols.YWebSocket.YWebSocketFormat.Instance;
        Assert.Equal(frames.Since(0, format), frames.Since(0, format));
        Assert.Null(frames.Since(records.LastChange, format));
        Assert.Equal(frames.AllClients(format), frames.AllClients(format));
    }
}
