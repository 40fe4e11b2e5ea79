using System.Diagnostics;
using Xunit.Abstractions;

namespace Relay.Yjs;

/// <summary>Proofs of a second reader.</summary>
public sealed class Reader2CircleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1_000)]
    [InlineData(2_000)]
    [InlineData(4_000)]
    [InlineData(8_000)]
    public void Many_small_circles_of_origins_cost_no_walk_over_all_structs_each(int count)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint(2);
        foreach (var (client, other) in new[] { (7UL, 6UL), (6UL, 7UL) })
        {
            writer.WriteVarUint((ulong)count);
            writer.WriteVarUint(client);
            writer.WriteVarUint(0);
            for (var i = 0; i < count; i++)
            {
                writer.WriteByte(0x84);
                writer.WriteVarUint(other);
                writer.WriteVarUint((ulong)i);
                writer.WriteVarUint(1);
                writer.WriteByte((byte)'a');
            }
        }

        writer.WriteVarUint(0);
        var update = writer.ToArray();
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var readable = new YDocument().TryGetNews(update, out _, out _);
        output.WriteLine($"circles {count}: {update.Length} bytes, {readable}, {watch.ElapsedMilliseconds} ms, {GC.GetAllocatedBytesForCurrentThread() - before} allocated");
        Assert.True(watch.ElapsedMilliseconds < 500);
    }

    [Theory]
    [InlineData(50_000)]
    [InlineData(100_000)]
    [InlineData(200_000)]
    public void Small_updates_beside_many_clients_without_structs_cost_no_look_at_each(int clients)
    {
        var document = new YDocument();
        using (var writer = new Lib0Writer())
        {
            writer.WriteVarUint(0);
            writer.WriteVarUint((ulong)clients);
            for (var i = clients; i > 0; i--)
            {
                writer.WriteVarUint(100UL + (ulong)i);
                writer.WriteVarUint(1);
                writer.WriteVarUint(0);
                writer.WriteVarUint(1);
            }

            Assert.True(document.TryApply(writer.ToArray(), out _, out _));
        }

        var watch = Stopwatch.StartNew();
        var bytes = 0;
        for (var round = 0; round < 100; round++)
        {
            using var writer = new Lib0Writer();
            writer.WriteVarUint(0);
            writer.WriteVarUint(1);
            writer.WriteVarUint(1);
            writer.WriteVarUint(300);
            for (var i = 0; i < 300; i++)
            {
                writer.WriteVarUint((ulong)((round * 600) + (2 * i)));
                writer.WriteVarUint(1);
            }

            var update = writer.ToArray();
            bytes += update.Length;
            Assert.True(document.TryApply(update, out _, out _));
        }

        output.WriteLine($"clients {clients}: {bytes} bytes in 100 updates, {watch.ElapsedMilliseconds} ms, memory {document.MemoryBytes}");
    }

    [Theory]
    [InlineData(25_000)]
    [InlineData(50_000)]
    [InlineData(100_000)]
    public void Questions_about_deletes_cost_no_walk_each(int ranges)
    {
        var document = new YDocument();
        using (var writer = new Lib0Writer())
        {
            writer.WriteVarUint(0);
            writer.WriteVarUint(1);
            writer.WriteVarUint(1);
            writer.WriteVarUint((ulong)ranges);
            for (var i = 0; i < ranges; i++)
            {
                writer.WriteVarUint((ulong)(2 * i));
                writer.WriteVarUint(1);
            }

            Assert.True(document.TryApply(writer.ToArray(), out _, out _));
        }

        // Settle, then as many in between as the short list takes.
        document.EncodeState();
        var chain = (int)(3.9 * Math.Sqrt(ranges));
        using (var writer = new Lib0Writer())
        {
            writer.WriteVarUint(0);
            writer.WriteVarUint(1);
            writer.WriteVarUint(1);
            writer.WriteVarUint((ulong)chain);
            for (var i = 0; i < chain; i++)
            {
                writer.WriteVarUint((ulong)((2 * i) + 1));
                writer.WriteVarUint(1);
            }

            Assert.True(document.TryApply(writer.ToArray(), out _, out _));
        }

        using var question = new Lib0Writer();
        question.WriteVarUint(0);
        question.WriteVarUint(1);
        question.WriteVarUint(1);
        question.WriteVarUint((ulong)ranges);
        for (var i = 0; i < ranges; i++)
        {
            question.WriteVarUint(0);
            question.WriteVarUint((ulong)((2 * chain) - 1));
        }

        var bytes = question.ToArray();
        var watch = Stopwatch.StartNew();
        Assert.True(document.TryFindNews(bytes, out var isNew, out _));
        output.WriteLine($"deletes {ranges}: {bytes.Length} bytes of a reader, new {isNew}, {watch.ElapsedMilliseconds} ms");
    }
}
