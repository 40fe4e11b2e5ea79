namespace Relay.Yjs.Costs;

/// <summary>
/// Inputs whose origins, past or news are asked for, each in a size that grows with n: what a session asks before it
/// takes an update, and what it does when a client falls behind.
/// </summary>
internal static class PastInputs
{
    private const byte Null = 126;
    private const ulong Writer = 77;
    private const ulong Other = 78;

    /// <summary>By name, with n.</summary>
    public static IReadOnlyDictionary<string, (int Size, Func<int, AdverseInput> Make)> All { get; } =
        new Dictionary<string, (int Size, Func<int, AdverseInput> Make)>
        {
            ["many small circles of origins"] = (40_000, n => AdverseInput.Of(Circles(n))),
            ["one circle of origins"] = (40_000, n => AdverseInput.Of(Circle(n))),
            ["small updates beside clients that have only deletes"] = (100_000, BesideDeletingClients),
            ["past of origins in what was sent before"] = (40_000, PastInEarlyUpdates),
            ["past of clients without structs that .NET hashes alike"] = (80_000, n =>
                Past(new YDocument(), Bytes.Update([.. AlikeIds(n).Select(id => new StructWriter(id, 0))]), null)),
            ["updates taken away from a state vector"] = (20_000, TakenAway),
            ["updates taken away again and again"] = (20_000, TakenAwayAgain),
            ["news of a reader about a chain of deletes"] = (300_000, n => Asked(ChainOfDeletes(n))),
            ["news of a reader about structs"] = (100_000, KnownStructs),
        };

    /// <summary>The hash that .NET gives each of them is 0: both halves are equal.</summary>
    public static IEnumerable<ulong> AlikeIds(int count) =>
        Enumerable.Range(1, count).Select(i => ((ulong)i << 32) | (uint)i);

    /// <summary>Each character of two clients comes after that of the other one with the same clock.</summary>
    private static byte[] Circles(int count)
    {
        var (one, other) = (new StructWriter(Writer, 0), new StructWriter(Other, 0));
        for (var i = 0; i < count; i++)
        {
            one.AddText("x", (Other, i));
            other.AddText("x", (Writer, i));
        }

        return Bytes.Update([one, other]);
    }

    /// <summary>Each client's character comes after the next one's, and the last one's after the first one's.</summary>
    private static byte[] Circle(int count) =>
        Bytes.Update([.. Enumerable.Range(0, count).Select(i =>
            new StructWriter((ulong)i, 0).AddText("x", ((ulong)((i + 1) % count), 0)))]);

    /// <summary>
    /// The small updates bring collections, which look at every client. Their deletes join, so the document's size is
    /// that of its clients.
    /// </summary>
    private static AdverseInput BesideDeletingClients(int count)
    {
        var deletes = Enumerable.Range(100, count)
            .Select(i => ((ulong)i, new List<(long Clock, long Length)> { (0, 1) })).ToList();
        var updates = Enumerable.Range(0, count).Select(i => Bytes.Delete(Writer, i, 1)).ToList();
        return AdverseInput.After([Bytes.Update([], deletes)], updates, isEncoded: false, countsAll: true);
    }

    private static AdverseInput PastInEarlyUpdates(int count)
    {
        var before = new StructWriter(Writer, 0);
        var after = new StructWriter(Other, 0);
        for (var i = 0; i < count; i++)
        {
            before.AddEntry("k");
            after.AddNull((Writer, 0));
        }

        return Past(new YDocument(), Bytes.Update([after]), Bytes.Update([before]));
    }

    private static AdverseInput Past(YDocument document, byte[] update, byte[]? before)
    {
        return new AdverseInput(update.Length + (before?.Length ?? 0), () =>
        {
            var besides = new StructClocks();
            if (before is not null)
            {
                besides.AddNews(before, document);
            }

            document.HasPastOf(update, besides);
        });
    }

    private static AdverseInput TakenAway(int count)
    {
        var document = new YDocument();
        byte[][] updates = [.. AlikeIds(count).Select(id => Bytes.Update([new StructWriter(id, 0).AddNull()]))];
        foreach (var update in updates)
        {
            AdverseInput.Require(document.TryApply(update, out _, out var error), error);
        }

        return new AdverseInput(updates.Sum(update => (long)update.Length), () =>
        {
            var past = new PastStateVector(document);
            foreach (var update in updates.Reverse())
            {
                past.Remove(UpdateStarts.Of(update));
            }

            past.Encode();
        })
        { Count = count };
    }

    /// <summary>As for connections that fall behind one after another: the updates are read once for all.</summary>
    private static AdverseInput TakenAwayAgain(int count)
    {
        const int Connections = 1_000;
        const int Structs = 200;
        var document = new YDocument();
        byte[][] updates = [.. Enumerable.Range(0, count / Structs).Select(i => Values(i * Structs, Structs))];
        foreach (var update in updates)
        {
            AdverseInput.Require(document.TryApply(update, out _, out var error), error);
        }

        return new AdverseInput(updates.Sum(update => (long)update.Length), () =>
        {
            UpdateStarts[] starts = [.. updates.Reverse().Select(update => UpdateStarts.Of(update))];
            for (var i = 0; i < Connections; i++)
            {
                var past = new PastStateVector(document);
                Array.ForEach(starts, past.Remove);
            }
        })
        { Count = Connections };
    }

    private static byte[] Values(int clock, int count)
    {
        var structs = new StructWriter(Writer, clock);
        for (var i = 0; i < count; i++)
        {
            structs.AddEntry("k");
        }

        return Bytes.Update([structs]);
    }

    private static AdverseInput KnownStructs(int count)
    {
        var structs = new StructWriter(Writer, 0);
        for (var i = 0; i < count; i++)
        {
            structs.AddNull((99, i)).AddSkip(1);
        }

        return Asked([Bytes.Update([structs])]);
    }

    /// <summary>
    /// Half of the ranges are settled, as many come between them as the short list takes, and the question is about
    /// the whole chain each time (see <see cref="ClockRanges"/>).
    /// </summary>
    private static IReadOnlyList<byte[]> ChainOfDeletes(int count)
    {
        var chain = (int)(3.9 * Math.Sqrt(count));
        var between = Enumerable.Range(0, chain).Select(i => ((2L * i) + 1, 1L)).ToList();
        var whole = Enumerable.Repeat((0L, (2L * chain) - 1), count).ToList();
        return [Bytes.Update([], (Writer, Bytes.EverySecond(2 * count))), Bytes.Update([], (Writer, between)),
            Bytes.Update([], (Writer, whole))];
    }

    /// <summary>A reader says the last of these updates to a document that has the others, or has it.</summary>
    private static AdverseInput Asked(IReadOnlyList<byte[]> updates)
    {
        var document = new YDocument();
        foreach (var update in updates.Take(Math.Max(1, updates.Count - 1)))
        {
            // What was there before is settled.
            document.EncodeState();
            AdverseInput.Require(document.TryApply(update, out _, out var error), error);
        }

        var question = updates[^1];
        return new AdverseInput(question.Length, () =>
            AdverseInput.Require(document.TryFindNews(question, out _, out var error), error));
    }
}
