namespace Relay.Yjs.Costs;

/// <summary>
/// The inputs that should hurt, and four of honest users, each in a size that grows with n. The bytes grow with it in
/// proportion.
/// </summary>
internal static class AdverseInputs
{
    private const byte Null = 126;
    private const ulong Writer = 77;

    private static readonly Dictionary<string, (int Size, Func<int, AdverseInput> Make)> Inputs = new()
    {
        ["values whose place is unknown"] = (10_000, n =>
            Of(new StructWriter(Writer, 5).AddValues(n, [Null], (99, 7)))),
        ["text, every second character deleted"] = (80_000, n =>
            Of(new StructWriter(Writer, 0).AddText(new string('x', n)), Bytes.EverySecond(n))),
        ["text beyond ASCII, every second character deleted"] = (40_000, n =>
            Of(new StructWriter(Writer, 0).AddText(new string('字', n)), Bytes.EverySecond(n))),
        ["list, every second value deleted"] = (10_000, n =>
            Of(new StructWriter(Writer, 0).AddValues(n, [Null]), Bytes.EverySecond(n))),
        ["list of empty lists, every second deleted"] = (10_000, n =>
            Of(new StructWriter(Writer, 0).AddValues(n, [117, 0]), Bytes.EverySecond(n))),
        ["honest: list of numbers, one of ten deleted"] = (50_000, n =>
            Scattered(new StructWriter(Writer, 0).AddValues(n, [125, 0x85, 0x10]), n)),
        ["honest: Japanese text, one of ten deleted"] = (100_000, n =>
            Scattered(new StructWriter(Writer, 0).AddText(new string('字', n)), n)),
        ["honest: the same list in one update"] = (50_000, n =>
            Of(new StructWriter(Writer, 0).AddValues(n, [125, 0x85, 0x10]), EveryTenth(n))),
        ["honest: the same text in one update"] = (100_000, n =>
            Of(new StructWriter(Writer, 0).AddText(new string('字', n)), EveryTenth(n))),
        ["chain of clients, each behind the next"] = (20_000, Chain),
        ["updates below many blocks"] = (500_000, BelowBlocks),
        ["one struct across all known blocks, again and again"] = (500_000, AcrossBlocks),
        ["deletes that overlap known ones"] = (100_000, OverlappingDeletes),
        ["deletes that are partly known"] = (100_000, PartlyKnownDeletes),
        ["a hole in a long text filled from its end"] = (50_000, FilledFromTheEnd),
        ["entries of one key by writers who know nothing of each other"] = (20_000, Siblings),
        ["entries of one key by two writers in turn"] = (20_000, Turns),
        ["types in types, the outermost deleted"] = (20_000, Nested),
        ["updates beside many dead types"] = (50_000, BesideDeadTypes),
        ["updates beside a long text"] = (8_000_000, BesideText),
        ["clients without structs"] = (50_000, EmptySections),
        ["clients with one update each"] = (20_000, n =>
            AdverseInput.Of([.. Ids(n).Select(id => Bytes.Update([new StructWriter(id, 0).AddNull()]))])),
        ["origins of unknown clients"] = (20_000, UnknownOrigins),
        ["state vector of unknown clients"] = (80_000, n => UnknownVector(Ids(n))),
        ["state vector of clients that .NET hashes alike"] = (80_000, n => UnknownVector(AlikeIds(n))),
        ["presence of many clients"] = (80_000, n => Presence(Ids(n))),
        ["presence of clients that .NET hashes alike"] = (80_000, n => Presence(AlikeIds(n))),
        ["update of clients that .NET hashes alike"] = (40_000, n =>
            AdverseInput.Of(Bytes.Update([.. AlikeIds(n).Select(id => new StructWriter(id, 0).AddNull())]))),
        ["parents at clocks that .NET hashes alike"] = (40_000, AlikeParents),
        ["restore of scattered deletes"] = (50_000, Restore),
        ["merge of single characters"] = (20_000, Merge),
    };

    /// <summary>By name, with the n of which the figures in docs/performance.md speak.</summary>
    public static IReadOnlyDictionary<string, (int Size, Func<int, AdverseInput> Make)> All => Inputs;

    /// <summary>Ids in no order.</summary>
    private static IEnumerable<ulong> Ids(int count) =>
        Enumerable.Range(1, count).Select(i => 1 + ((ulong)i * 2_654_435_761 % (1UL << 32)));

    private static AdverseInput Of(StructWriter structs, List<(long Clock, long Length)>? deletes = null) =>
        AdverseInput.Of(deletes is null ? Bytes.Update([structs]) : Bytes.Update([structs], (structs.Client, deletes)));

    /// <summary>As an editor does it: one update for each delete.</summary>
    private static AdverseInput Scattered(StructWriter structs, int count)
    {
        var clocks = Enumerable.Range(0, count / 10).Select(i => 10L * i).ToArray();
        new Random(1).Shuffle(clocks);
        return AdverseInput.Of([Bytes.Update([structs]), .. clocks.Select(clock => Bytes.Delete(Writer, clock, 1))]);
    }

    private static List<(long Clock, long Length)> EveryTenth(int count) =>
        [.. Enumerable.Range(0, count / 10).Select(i => (10L * i, 1L))];

    private static AdverseInput Chain(int count) =>
        AdverseInput.Of(Bytes.Update([.. Enumerable.Range(1, count).Select(i =>
            i == count ? new StructWriter((ulong)i, 0).AddNull() : new StructWriter((ulong)i, 0).AddNull(((ulong)i
            + 1, 0)))]));

    /// <summary>
    /// Blocks with a hole below each, of which a few are filled, from the lowest on and from the highest down in turn.
    /// </summary>
    private static AdverseInput BelowBlocks(int count)
    {
        var updates = Enumerable.Range(0, count / 50).Select(i => 2L * (i % 2 == 0 ? i : count - i)).Select(clock =>
            Bytes.Update([new StructWriter(Writer, clock).AddNull((99, 0))]));
        return AdverseInput.After([Alternating(count)], [.. updates], isEncoded: false);
    }

    private static AdverseInput AcrossBlocks(int count) =>
        AdverseInput.After(
            [Alternating(count)], [.. Enumerable.Repeat(Bytes.Update([new StructWriter(Writer,
                1).AddDeleted((2L * count) + 4)]), count / 10)], isEncoded: false, countsAll: true);

    /// <summary>Structs at the odd clocks. None joins with another, and all wait for the first.</summary>
    private static byte[] Alternating(int count)
    {
        var structs = new StructWriter(Writer, 1);
        for (var i = 0; i < count; i++)
        {
            structs.AddNull((99, i));
            structs.AddSkip(1);
        }

        return Bytes.Update([structs]);
    }

    private static AdverseInput OverlappingDeletes(int count)
    {
        var more = Enumerable.Range(0, count / 4).SelectMany(i => new[] { (8L * i, 1L), (8L * i, 3L) }).ToList();
        return AdverseInput.After([Bytes.Update([], (Writer, Enumerable.Range(0, count).Select(i => ((2L * i) + 1,
            1L)).ToList()))], [Bytes.Update([], (Writer, more))], isEncoded: false);
    }

    private static AdverseInput PartlyKnownDeletes(int count)
    {
        var known = Bytes.Update([], (Writer, Enumerable.Range(0, count).Select(i => ((4L * i) + 1, 1L)).ToList()));
        return AdverseInput.After([known], [.. Enumerable.Range(0, count / 20).Select(i => Bytes.Delete(Writer,
            4L * i * 20 % (4 * count), 2))], isEncoded: false);
    }

    /// <summary>Each update goes before all that came before it.</summary>
    private static AdverseInput FilledFromTheEnd(int count) =>
        AdverseInput.Of([.. Enumerable.Range(0, count).Select(i => count - 1 - i).Select(clock =>
            Bytes.Update([clock == 0 ? new StructWriter(Writer, 0).AddText("x") : new StructWriter(Writer,
            clock).AddText("x", (Writer, clock - 1))]))]);

    private static AdverseInput Siblings(int count) =>
        AdverseInput.Of([.. Ids(count).Chunk(100).Select(ids => Bytes.Update([.. ids.Select(id => new StructWriter(id,
            0).AddEntry("k"))]))]);

    private static AdverseInput Turns(int count)
    {
        (ulong Client, long Clock)? last = null;
        var updates = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            // Every fourth entry follows the one before the last.
            var (client, clock) = (1 + ((ulong)i % 2), i / 2);
            updates.Add(Bytes.Update([new StructWriter(client, clock).AddEntry("k", last)]));
            last = i % 4 == 3 ? last : (client, clock);
        }

        return AdverseInput.Of(updates);
    }

    private static AdverseInput Nested(int count)
    {
        var structs = new StructWriter(Writer, 0).AddList(null);
        for (var i = 1; i < count; i++)
        {
            structs.AddList((Writer, i - 1));
        }

        return AdverseInput.Of(Bytes.Update([structs]), Bytes.Delete(Writer, 0, 1));
    }

    private static AdverseInput BesideDeadTypes(int count)
    {
        var structs = new StructWriter(Writer, 0).AddList(null);
        for (var i = 1; i < count; i++)
        {
            structs.AddList((Writer, i - 1));
        }

        return AdverseInput.After([Bytes.Update([structs], (Writer, [(0, 1)]))], SingleCharacters(count / 4));
    }

    private static AdverseInput BesideText(int count) =>
        AdverseInput.After([Bytes.Update([new StructWriter(Writer, 0).AddText(new string('x', count))])],
            SingleDeletes(count, count / 400));

    /// <summary>
    /// Characters that another client types in a place of its own, none of which joins with the one before it.
    /// </summary>
    private static byte[][] SingleCharacters(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Bytes.Update([new StructWriter(5, i).AddText("x")]))];

    private static byte[][] SingleDeletes(int length, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Bytes.Delete(Writer, (long)i * (length / count), 1))];

    private static AdverseInput EmptySections(int count) =>
        AdverseInput.Of(Bytes.Update([new StructWriter(Writer, 0).AddNull(), .. Enumerable.Range(100,
            count).Select(i => new StructWriter((ulong)i, 0))]));

    private static AdverseInput UnknownOrigins(int count)
    {
        var structs = new StructWriter(Writer, 0);
        foreach (var id in Ids(count))
        {
            structs.AddNull((id, 0));
        }

        return AdverseInput.Of(Bytes.Update([structs]));
    }

    /// <summary>The hash that .NET gives each of them is 0: both halves are equal.</summary>
    public static IEnumerable<ulong> AlikeIds(int count) =>
        Enumerable.Range(1, count).Select(i => ((ulong)i << 32) | (uint)i);

    private static AdverseInput UnknownVector(IEnumerable<ulong> clients)
    {
        var document = new YDocument();
        AdverseInput.Require(document.TryApply(Bytes.Update([new StructWriter(Writer, 0).AddText("x")]), out _,
            out var error), error);
        var vector = Bytes.StateVector([.. clients]);
        return new AdverseInput(vector.Length, () => AdverseInput.Require(document.TryEncodeDiff(vector, out _,
            out var refusal), refusal));
    }

    private static AdverseInput Presence(IEnumerable<ulong> clients)
    {
        var update = Bytes.Awareness([.. clients]);
        return new AdverseInput(update.Length, () => AdverseInput.Require(AwarenessUpdate.TryDecode(update,
            int.MaxValue, out _, out var error), error));
    }

    private static AdverseInput AlikeParents(int count)
    {
        var structs = new StructWriter(Writer, 0);
        foreach (var clock in AlikeIds(count))
        {
            structs.AddList((5, (long)clock));
        }

        return AdverseInput.Of(Bytes.Update([structs]));
    }

    private static AdverseInput Restore(int count)
    {
        var older = Bytes.Update([new StructWriter(Writer, 0).AddText(new string('x', count))]);
        var present = Bytes.Update([new StructWriter(Writer, 0).AddText(new string('x', count))], (Writer,
            Bytes.EverySecond(count)));
        return new AdverseInput(older.Length + present.Length, () =>
            AdverseInput.Require(DocumentRestore.TryCompute(present, older, out _, out var error), error));
    }

    private static AdverseInput Merge(int count)
    {
        ReadOnlyMemory<byte>[] updates = [.. SingleCharacters(count)];
        new Random(1).Shuffle(updates);
        return new AdverseInput(updates.Sum(update => (long)update.Length), () =>
            AdverseInput.Require(YDocument.TryMerge(updates, out _, out var error), error));
    }
}
