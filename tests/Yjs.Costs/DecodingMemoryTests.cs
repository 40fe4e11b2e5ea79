
namespace Relay.Yjs.Costs;

/// <summary>
/// Looking at a large update takes little memory beside its bytes, whatever is in it: what is refused because the
/// document would grow too much is refused before as much was taken for it.
/// </summary>
public sealed class DecodingMemoryTests(ITestOutputHelper output)
{
    private const int UpdateBytes = 4_000_000;
    private const int Room = 16_000_000;

    /// <summary>The structs, clients and delete ranges that are kept, with the smaller arrays before.</summary>
    private const long Kept = 12_000_000;

    private static readonly Dictionary<string, (double PerByte, Func<byte[]> Make)> Makers = new()
    {
        ["deleted structs"] = (0, () => Repeat(4, (structs, _) => structs.AddDeleted(1))),
        ["garbage with holes"] = (0, () => Repeat(4, (structs, _) => structs.AddGarbage(1).AddSkip(1))),
        ["types in an unknown type"] = (0, () => Repeat(6, (structs, _) => structs.AddList((99, 5)))),
        ["delete ranges"] = (0, () =>
            Bytes.Update([], (1, [.. Enumerable.Range(0, UpdateBytes / 2).Select(i => (1 + (i % 63 * 2L), 1L))]))),
        ["clients in order"] = (0, () => Clients(id => id)),
        ["clients without structs"] = (0, () =>
            Bytes.Update([.. Ids(6).Reverse().Select(id => new StructWriter(id, 0))])),
        // Eight bytes for each client, to look for one that is listed twice.
        ["clients out of order"] = (1.5, () => Clients(id => id ^ 1)),
        ["clients with a delete, out of order"] = (1.5, () =>
            Bytes.Update([], [.. Ids(7).Select(id => (id, new List<(long Clock, long Length)> { (0, 1) }))])),
        // 24 bytes for each struct, to follow its origins.
        ["values whose place is unknown"] = (4, () =>
            Repeat(8, (structs, i) => structs.AddValues(2, [126], (99, 7)))),
        ["deleted values under a key"] = (6, DeletedRuns),
    };

    public static TheoryData<string> Shapes => [.. Makers.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void What_has_no_room_is_refused_before_it_takes_any(string shape)
    {
        var (perByte, make) = Makers[shape];
        var update = make();
        var document = new YDocument();
        Assert.True(document.TryApply(Known, out _, out _));
        var (news, cost, allocated) = Ask(document, update, Room);
        output.WriteLine(
            $"{shape}: {update.Length} bytes, cost {cost.MemoryBytes}; {(double)allocated / update.Length:F2} bytes "
            + "allocated for each");
        Assert.True(news.IsEmpty && (cost == default || cost.MemoryBytes > Room), $"{news.Length} bytes of news");
        Assert.InRange(allocated, 0, Kept + (long)(perByte * update.Length));
    }

    [Fact]
    public void Sixteen_megabytes_of_the_smallest_structs_take_less_than_that_while_they_are_looked_at()
    {
        var structs = new StructWriter(1, 0);
        for (var i = 0; i < 4_000_000; i++)
        {
            structs.AddDeleted(1);
        }

        var update = Bytes.Update([structs]);
        var (_, cost, allocated) = Ask(new YDocument(), update, Room);
        output.WriteLine($"{update.Length} bytes would take {cost.MemoryBytes}; {allocated} bytes allocated");
        Assert.InRange(allocated, 0, Kept);
    }

    /// <summary>Most updates of a user who types are so: the one before waits for its append.</summary>
    [Fact]
    public void A_character_after_one_that_is_not_logged_yet_is_looked_at_without_memory()
    {
        var document = new YDocument();
        var typed = Bytes.Update([new StructWriter(2, 5).AddText("x", (2, 4))]);
        Ask(document, typed, Room);
        var (news, cost, allocated) = Ask(document, typed, Room);
        Assert.Equal(typed, news.ToArray());
        Assert.NotEqual(default, cost);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void What_the_document_has_costs_nothing()
    {
        var document = new YDocument();
        var structs = new StructWriter(1, 0);
        for (var i = 0; i < DecodedUpdate.MostKept + 2; i++)
        {
            structs.AddNull((99, 0));
        }

        var update = Bytes.Update([structs], (2UL, Bytes.EverySecond(1000)));
        Assert.True(document.TryApply(update, out var news, out var error), error.ToString());
        Assert.Equal(update, news.ToArray());
        Assert.Equal(default, Ask(document, update, Room).Cost);
    }

    [Fact]
    public void A_large_update_says_the_same_as_the_small_ones_that_it_is_made_of()
    {
        var (whole, parts) = Parts(3 * DecodedUpdate.MostKept);
        var (one, many) = (new YDocument(), new YDocument());
        Assert.True(one.HasPastOf(whole));
        Assert.True(
            one.TryGetNews(whole, long.MaxValue, out var news, out var cost, out _, out var error), error.ToString());
        Assert.Equal(whole, news.ToArray());
        Assert.True(one.TryApply(whole, out _, out error), error.ToString());
        foreach (var part in parts)
        {
            Assert.True(many.TryApply(part, out _, out error), error.ToString());
        }

        Assert.True(many.EncodeState().AsSpan().SequenceEqual(one.EncodeState()));
        Assert.InRange(cost.MemoryBytes, one.MemoryBytes, long.MaxValue);

        // All but the last part is known: what is new is the last part.
        var most = new YDocument();
        foreach (var part in parts[..^1])
        {
            Assert.True(most.TryApply(part, out _, out error), error.ToString());
        }

        Assert.True(most.TryGetNews(whole, long.MaxValue, out news, out var less, out _, out error), error.ToString());
        Assert.InRange(news.Length, 1, parts[^1].Length);
        Assert.InRange(less.MemoryBytes, 1, cost.MemoryBytes / 2);
        Assert.True(most.TryApply(news, out _, out error), error.ToString());
        Assert.True(most.EncodeState().AsSpan().SequenceEqual(one.EncodeState()));
        var past = new PastStateVector(most);
        past.Remove(UpdateStarts.Of(whole));
        Assert.Equal([0], past.Encode());
    }

    private static byte[] Known => Bytes.Update([new StructWriter(1, 0).AddDeleted(1)], (1, [(0, 1)]));

    private static (ReadOnlyMemory<byte> News, UpdateCost Cost, long Allocated) Ask(
        YDocument document, byte[] update, long room)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isReadable = document.TryGetNews(update, room, out var news, out var cost, out _, out var error);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(isReadable, error.ToString());
        return (news, cost, allocated);
    }

    private static IEnumerable<ulong> Ids(int bytesEach) =>
        Enumerable.Range(1, UpdateBytes / bytesEach).Select(id => (ulong)id);

    private static byte[] Clients(Func<ulong, ulong> order) =>
        Bytes.Update([.. Ids(8).Reverse().Select(id => new StructWriter(order(id), 0).AddGarbage(1))]);

    private static byte[] Repeat(int bytesEach, Action<StructWriter, int> add)
    {
        var structs = new StructWriter(1, 0);
        for (var i = 0; i < UpdateBytes / bytesEach; i++)
        {
            add(structs, i);
        }

        return Bytes.Update([structs]);
    }

    /// <summary>Two values each under one key, each deleted by a range of its own, said again and again.</summary>
    private static byte[] DeletedRuns()
    {
        var structs = new StructWriter(1, 0).AddEntry("k");
        var count = UpdateBytes / 16;
        for (var i = 0; i < count; i++)
        {
            structs.AddValues(2, [126], (1, structs.Clock - 1));
        }

        return Bytes.Update([structs], (1, [.. Enumerable.Range(0, count).Select(i => (1 + (2L * i), 2L))]));
    }

    /// <summary>Structs and deletes of three clients, in one update and in one for each client.</summary>
    private static (byte[] Whole, byte[][] Parts) Parts(int count)
    {
        var whole = new List<StructWriter>();
        var deletes = new List<(ulong Client, List<(long Clock, long Length)> Ranges)>();
        var parts = new List<byte[]>();
        for (ulong client = 3; client > 0; client--)
        {
            var ranges = Bytes.EverySecond(count / 4);
            parts.Add(Bytes.Update([Write(client)], (client, ranges)));
            whole.Add(Write(client));
            deletes.Add((client, ranges));
        }

        return (Bytes.Update(whole, deletes), [.. parts]);

        StructWriter Write(ulong client)
        {
            var structs = new StructWriter(client, 0);
            for (var i = 0; i < count / 3; i++)
            {
                structs.AddEntry($"k{i % 1000}", i == 0 ? null : (client, i - 1));
            }

            return structs;
        }
    }
}
