using System.Diagnostics;
using Xunit.Abstractions;

namespace Relay.Yjs;

/// <summary>Proofs of a second reader.</summary>
public sealed class Reader2Tests(ITestOutputHelper output)
{
    private static readonly byte[] Nothing = [0];

    /// <summary>Values that no neighbour joins: each names its root type.</summary>
    private static byte[] Values(ulong client, int count, Action<Lib0Writer>? after = null, int more = 0)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint((ulong)(1 + more));
        writer.WriteVarUint((ulong)count);
        writer.WriteVarUint(client);
        writer.WriteVarUint(0);
        for (var i = 0; i < count; i++)
        {
            writer.WriteByte(8);
            writer.WriteVarUint(1);
            writer.WriteVarUint(1);
            writer.WriteByte((byte)'a');
            writer.WriteVarUint(1);
            writer.WriteByte(126);
        }

        after?.Invoke(writer);
        writer.WriteVarUint(0);
        return writer.ToArray();
    }

    [Fact]
    public void An_update_with_an_empty_section_can_be_taken_away_again()
    {
        var update = Values(9, 1024, writer => writer.WriteBytes([0, 5, 0]), more: 1);
        var document = new YDocument();
        Assert.True(document.TryGetNews(update, out var found, out _));
        Assert.True(document.TryApply(update, out var news, out _));
        Assert.Equal(update.Length, found.Length);
        Assert.Equal(update.Length, news.Length);
        var past = new PastStateVector(document);
        past.Remove(news);
        Assert.Equal(Nothing, past.Encode());
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(10_000)]
    [InlineData(20_000)]
    [InlineData(40_000)]
    public void Origins_in_what_is_taken_cost_no_walk_each(int count)
    {
        var document = new YDocument();
        var taken = new YDocument();
        var first = Values(7, count);
        Assert.True(taken.TryApply(first, out _, out _));
        using var writer = new Lib0Writer();
        writer.WriteVarUint(1);
        writer.WriteVarUint((ulong)count);
        writer.WriteVarUint(6);
        writer.WriteVarUint(0);
        for (var i = 0; i < count; i++)
        {
            writer.WriteByte(0x88);
            writer.WriteVarUint(7);
            writer.WriteVarUint(0);
            writer.WriteVarUint(1);
            writer.WriteByte(126);
        }

        writer.WriteVarUint(0);
        var second = writer.ToArray();
        var watch = Stopwatch.StartNew();
        var has = document.HasPastOf(second, taken);
        output.WriteLine($"{count}: {first.Length + second.Length} bytes, {has}, {watch.ElapsedMilliseconds} ms");
        Assert.True(watch.ElapsedMilliseconds < 500);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(10_000)]
    [InlineData(20_000)]
    [InlineData(40_000)]
    public void Ids_that_hash_alike_cost_no_more(int count)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint((ulong)count);
        for (var i = count; i > 0; i--)
        {
            writer.WriteVarUint(0);
            writer.WriteVarUint(((ulong)i << 32) | (uint)i);
            writer.WriteVarUint(0);
        }

        writer.WriteVarUint(0);
        var update = writer.ToArray();
        var document = new YDocument();
        Assert.True(document.TryGetNews(update, out _, out var error), error.ToString());
        var watch = Stopwatch.StartNew();
        document.HasPastOf(update);
        output.WriteLine($"{count}: {update.Length} bytes, {watch.ElapsedMilliseconds} ms");
        Assert.True(watch.ElapsedMilliseconds < 500);
    }

    [Fact]
    public void Tiny_structs_take_little_to_be_looked_at()
    {
        // 16 MB of garbage and deleted structs in turn: 2 or 3 bytes each.
        const int Pairs = 1_000_000;
        using var writer = new Lib0Writer();
        writer.WriteVarUint(1);
        writer.WriteVarUint(2 * Pairs);
        writer.WriteVarUint(6);
        writer.WriteVarUint(0);
        for (var i = 0; i < Pairs; i++)
        {
            writer.WriteByte(0);
            writer.WriteVarUint(1);
            writer.WriteByte(0x81);
            writer.WriteVarUint(1);
            writer.WriteVarUint(0);
            writer.WriteVarUint(1);
        }

        writer.WriteVarUint(0);
        var update = writer.ToArray();
        var document = new YDocument();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var readable = document.TryGetNews(update, out _, out UpdateCost cost, out _);
        var looked = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        new YDocument().TryApply(update, out _, out _);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{update.Length} bytes, {readable}, cost {cost.MemoryBytes}: looked at {looked}, taken {taken}");
        Assert.True(looked < 8L * update.Length);
    }
}
