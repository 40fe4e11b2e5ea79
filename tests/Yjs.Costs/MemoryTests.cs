
namespace Relay.Yjs.Costs;

/// <summary>
/// What a document says that it takes in memory is what the garbage collector says, and what an update was said to cost
/// is not less than that.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const int Count = 20_000;
    private const byte Null = 126;

    /// <summary>What the process allocates beside.</summary>
    private const long Noise = 64 * 1024;

    private static readonly Dictionary<string, Func<byte[]>> Makers = new()
    {
        ["text"] = () => Bytes.Update([new StructWriter(1, 0).AddText(new string('x', 20 * Count))]),
        ["structs that do not join"] = () => Repeat((structs, i) => structs.AddNull((99, i))),
        ["collected structs with holes"] = () => Repeat((structs, _) => structs.AddGarbage(1).AddSkip(1)),
        ["clients"] = () => Bytes.Update([.. Enumerable.Range(1, Count).Select(i => new StructWriter((ulong)i,
            0).AddNull())]),
        ["deletes of unknown clients"] = () => Bytes.Update([], [.. Enumerable.Range(1, Count).Select(i => ((ulong)i,
            new List<(long Clock, long Length)> { (0, 1) }))]),
        ["delete ranges"] = () => Bytes.Update([], (1UL, Bytes.EverySecond(2 * Count))),
        ["origins of unknown clients"] = () => Repeat((structs, i) => structs.AddNull(((ulong)i + 2, 0))),
        ["text with scattered deletes"] = () => Bytes.Update([new StructWriter(1, 0).AddText(new string('x', Count))],
            (1UL, Bytes.EverySecond(Count))),
        ["list with scattered deletes"] = () => Bytes.Update([new StructWriter(1, 0).AddValues(Count, [Null])], (1UL,
            Bytes.EverySecond(Count))),
        ["values whose place is unknown"] = () => Bytes.Update([new StructWriter(1, 3).AddValues(Count, [Null], (99,
            7))]),
        ["keys"] = () => Repeat((structs, i) => structs.AddEntry($"k{i}")),
        ["types in types"] = () => Repeat((structs, i) => structs.AddList(i == 0 ? null : (1, i - 1))),
        ["types in unknown types"] = () => Repeat((structs, i) => structs.AddList(((ulong)i + 2, 5))),
    };

    public static TheoryData<string> Shapes => [.. Makers.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_document_knows_what_it_takes(string shape)
    {
        var update = Makers[shape]();
        var measured = Measure(update, isCollected: false, out var document, out var cost);
        var estimate = document.MemoryBytes;
        var empty = new YDocument().MemoryBytes;
        var collected = Measure(update, isCollected: true, out document, out _);
        output.WriteLine(
            $"{shape}: {update.Length} bytes take {measured}, collected {collected}; said {estimate}, "
            + $"collected {document.MemoryBytes}, before {cost.MemoryBytes}");
        var most = Math.Max(measured, collected);
        Assert.InRange(document.MemoryBytes, (0.95 * collected) - Noise, (1.05 * collected) + Noise);
        Assert.InRange(estimate, (0.95 * most) - Noise, (1.5 * most) + Noise);
        Assert.InRange(cost.MemoryBytes + empty, most - Noise, 2.5 * most);
    }

    [Fact]
    public void Deleted_structs_that_come_between_others_are_not_expected_to_cut_them()
    {
        var document = new YDocument();
        Assert.True(document.TryApply(Repeat((structs, i) => structs.AddSkip(1).AddNull((99, i))), out _, out _));
        document.EncodeState();
        Assert.True(document.TryApply(Bytes.Update([new StructWriter(1, 0).AddDeleted(2 * Count / 3)]), out _, out _));
        var expected = document.MemoryBytes;
        document.EncodeState();
        output.WriteLine($"said {expected}, collected {document.MemoryBytes}");
        Assert.InRange(expected, document.MemoryBytes, 1.2 * document.MemoryBytes);
    }

    private static long Measure(byte[] update, bool isCollected, out YDocument document, out UpdateCost cost)
    {
        // What comes once: the thread's scratch, and tables of the runtime.
        Make(update, isCollected, out document, out cost);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(document);
        document = null!;
        var without = GC.GetTotalMemory(forceFullCollection: true);
        Make(update, isCollected, out document, out cost);
        var with = GC.GetTotalMemory(forceFullCollection: true);
        return Math.Max(with - without, with - before);
    }

    private static void Make(byte[] update, bool isCollected, out YDocument document, out UpdateCost cost)
    {
        document = new YDocument();
        Assert.True(
            document.TryGetNews(update, long.MaxValue, out _, out cost, out _, out var error), error.ToString());
        Assert.True(document.TryApply(update, out _, out error), error.ToString());
        if (isCollected)
        {
            document.EncodeState();
        }
    }

    private static byte[] Repeat(Action<StructWriter, int> add)
    {
        var structs = new StructWriter(1, 0);
        for (var i = 0; i < Count; i++)
        {
            add(structs, i);
        }

        return Bytes.Update([structs]);
    }
}
