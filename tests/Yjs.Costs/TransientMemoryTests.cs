namespace Relay.Yjs.Costs;

/// <summary>
/// What is allocated beside what stays: arrays that are outgrown or copied are only collected with the whole heap.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class TransientMemoryTests(ITestOutputHelper output)
{
    private const int StructsOfAnUpdate = 10_000;
    private const int Updates = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_document_of_tiny_structs_is_built_and_encoded_with_little_beside_what_stays(bool hasHoles)
    {
        const double Most = 1.5;
        var updates = Enumerable.Range(0, Updates).Select(i => TinyStructs(i, hasHoles)).ToArray();
        Build(updates);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var document = Build(updates);
        var built = GC.GetAllocatedBytesForCurrentThread() - before;
        var state = document.EncodeState();
        var encoded = GC.GetAllocatedBytesForCurrentThread() - before - built;
        output.WriteLine(
            $"{Updates * StructsOfAnUpdate} structs: {document.MemoryBytes} bytes stay, {built} were allocated, "
            + $"{encoded} to encode {state.Length}");
        Assert.InRange(built, 0, Most * document.MemoryBytes);
        Assert.InRange(encoded, 0, Most * state.Length);
    }

    [Fact]
    public void A_large_text_is_collected_and_encoded_with_no_memory_but_the_update()
    {
        const int Length = 8_000_000;
        var document = new YDocument();
        var text = Bytes.Update([new StructWriter(1, 0).AddText(new string('x', Length))]);
        Assert.True(document.TryApply(text, out _, out _));
        Assert.True(document.TryApply(Bytes.Delete(1, Length / 2, 10), out _, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var state = document.EncodeState();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{state.Length} bytes, {allocated} allocated");
        Assert.InRange(state.Length, Length - 10, Length + 100);
        Assert.InRange(allocated, 0, state.Length + 200_000);
    }

    [Fact]
    public void A_large_text_in_parts_is_encoded_once()
    {
        const int Length = 8_000_000;
        var document = new YDocument();
        var text = Bytes.Update([new StructWriter(1, 0).AddText(new string('x', Length))]);
        Assert.True(document.TryApply(text, out _, out _));
        document.EncodeState();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(document.TryEncodeParts([0], new DiffSizes(1 << 18, 1 << 18, 1 << 18), out var parts, out _));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var encoded = parts.Sum(part => part.Length);
        output.WriteLine($"{encoded} bytes in {parts.Count} parts, {allocated} allocated");
        Assert.InRange(allocated, 0, encoded + 2_000_000);
    }

    private static YDocument Build(byte[][] updates)
    {
        var document = new YDocument();
        foreach (var update in updates)
        {
            Assert.True(document.TryGetNews(update, out var news, out _));
            Assert.True(document.TryApply(news, out _, out _));
        }

        return document;
    }

    /// <summary>Structs that join with none, at places that are unknown.</summary>
    private static byte[] TinyStructs(int number, bool hasHoles)
    {
        var first = number * StructsOfAnUpdate;
        var structs = new StructWriter(77, hasHoles ? 1 + (2 * first) : first);
        for (var i = first; i < first + StructsOfAnUpdate; i++)
        {
            structs.AddNull((99, i));
            if (hasHoles)
            {
                structs.AddSkip(1);
            }
        }

        return Bytes.Update([structs]);
    }
}
