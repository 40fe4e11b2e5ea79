using Relay.Yjs.Judge;

namespace Relay.Yjs.RandomDocuments;

/// <summary>
/// Feeds one random document to the engine in many ways: in random order, in pieces, merged, with duplicates, with
/// holes. What the engine can contradict itself in is checked at once; its answers are collected for the oracle.
/// </summary>
internal sealed class Trial
{
    private readonly RandomDocument document;
    private readonly Random random;
    private readonly Verdicts verdicts;

    private Trial(RandomDocument document)
    {
        this.document = document;
        random = new Random(document.Seed);
        verdicts = new Verdicts(document);
    }

    /// <summary>Runs all steps for one seed; says what failed.</summary>
    public static async Task<IReadOnlyList<Failure>> RunAsync(OracleProcess oracle, int seed,
        IReadOnlyList<int>? keep = null)
    {
        var document = await RandomDocument.MakeAsync(oracle, seed, keep);
        var trial = new Trial(document);
        Failure? own = null;
        try
        {
            trial.Run();
        }
        catch (StepFailedException failure)
        {
            own = new Failure(failure.Step, failure.Message);
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            own = new Failure("exception", unexpected.ToString());
        }

        // Also after a failure: the oracle forgets a document when it is judged.
        var judged = await trial.verdicts.AskAsync(oracle);
        return own is null ? judged : [own, .. judged];
    }

    private void Run()
    {
        var whole = Feed("collected", subset: null, garbageCollection: true);
        Answers(whole);
        Merges(whole);
        Feed("kept", subset: null, garbageCollection: false);

        // Only what the authors themselves sent: others may already call collected what then, without the delete, is
        // still there, and Yjs keeps what it hears first.
        var subset = Enumerable.Range(0, document.LocalUpdates).Where(_ => random.Next(100) < 75).ToList();
        Feed("holes, collected", subset, garbageCollection: true);
        Feed("holes, kept", subset, garbageCollection: false);
    }

    /// <summary>
    /// Two documents get the same updates in two orders, one of them with news checked at each step, the other merged
    /// in groups.
    /// </summary>
    private YDocument Feed(string name, List<int>? subset, bool garbageCollection)
    {
        var one = new YDocument(garbageCollection);
        var news = new List<byte[]>();
        foreach (var update in Deal(subset))
        {
            var before = random.Next(12) == 0 ? one.EncodeState() : null;
            var part = Apply($"{name}: news", one, update);
            if (!part.IsEmpty)
            {
                news.Add(part.ToArray());
            }

            if (before is not null)
            {
                Require($"{name}: news is empty exactly when nothing changed",
                    before.AsSpan().SequenceEqual(one.EncodeState()) == part.IsEmpty,
                    () => $"state {Hex(before)}, update {Hex(update)}, news {Hex(part.ToArray())}, state after "
                        + $"{Hex(one.EncodeState())}");
            }
        }

        var state = one.EncodeState();
        Require($"{name}: encoding changes nothing", one.EncodeState().AsSpan().SequenceEqual(state), () => Hex(state));
        var merged = FeedMerged(name, subset, garbageCollection);
        if (garbageCollection || document.KeepsDeleted)
        {
            Equal($"{name}: merged in groups", state, merged);
        }
        else
        {
            // Some clients send what others already dropped: like Yjs, the engine keeps what it hears first, so only
            // what is visible must agree.
            verdicts.Same($"{name}: merged in groups", subset, garbageCollection, [merged]);
        }

        Equal($"{name}: news alone", state, FeedAll($"{name}: news alone", news, garbageCollection));
        Equal($"{name}: own state", state, FeedAll($"{name}: own state", [state], garbageCollection));
        foreach (var update in Deal(subset))
        {
            Require($"{name}: applied twice", Apply($"{name}: applied twice", one, update).IsEmpty,
                () => $"update {Hex(update)} has news for {Hex(state)}");
        }

        verdicts.Same($"{name}: state", subset, garbageCollection, [state], bounded: true);
        verdicts.Vector($"{name}: state vector", subset, one.EncodeStateVector());
        if (subset is null && random.Next(3) == 0)
        {
            // In one update: what Yjs makes of updates that wait for others depends on their order.
            verdicts.Same($"{name}: news", subset, garbageCollection, [Merge($"{name}: news", news)]);
        }

        if (subset is not null)
        {
            verdicts.Completes($"{name}: completed", subset, garbageCollection, [state]);
        }

        return one;
    }

    private void Answers(YDocument whole)
    {
        for (var i = 0; i < document.Holders.Length; i++)
        {
            verdicts.HolderDiff("difference to a holder", i, Diff(whole, document.Holders[i]));
        }

        for (var i = 0; i < document.ArbitraryVectors.Length; i++)
        {
            verdicts.ArbitraryDiff("difference to an arbitrary vector", i, Diff(whole, document.ArbitraryVectors[i]));
        }

        Parts(whole, holder: null, [0], partBytes: random.Next(1, 300));
        if (document.Holders.Length > 0)
        {
            var holder = random.Next(document.Holders.Length);
            Parts(whole, holder, document.Holders[holder], partBytes: random.Next(1, 500));
        }
    }

    private void Parts(YDocument whole, int? holder, byte[] stateVector, int partBytes)
    {
        var step = holder is null ? "parts for an empty document" : "parts for a holder";
        var isSafeForAll = random.Next(4) > 0;
        var sizes = new DiffSizes(0, partBytes, isSafeForAll ? int.MaxValue : 0);
        Require(step, whole.TryEncodeParts(stateVector, sizes, out var parts, out var error), error.ToString);
        var diff = Diff(whole, stateVector);
        var most = random.Next(2 * diff.Length);
        Require(step, whole.TryCompareDiff(stateVector, most, out var isLarger, out error), error.ToString);
        Require(step, !isLarger || diff.Length > most, () => $"A diff of {diff.Length} is not larger than {most}.");
        verdicts.Parts(step, holder, partBytes, isSafeForAll, [diff, .. parts]);
    }

    private void Merges(YDocument whole)
    {
        var merged = Merge("merge of all", Deal(subset: null));
        verdicts.Same("merge of all", null, true, [merged]);
        verdicts.Same("merge of all, kept", null, false, [merged]);
        Equal("merge of all, applied", whole.EncodeState(),
            FeedAll("merge of all, applied", [merged], whole.GarbageCollection));
    }

    private byte[] FeedMerged(string name, List<int>? subset, bool garbageCollection)
    {
        var updates = Deal(subset);
        var groups = new List<byte[]>();
        for (var at = 0; at < updates.Count;)
        {
            var count = Math.Min(updates.Count - at, random.Next(1, 6));
            var group = updates.GetRange(at, count);
            groups.Add(count == 1 ? group[0] : Merge($"{name}: merge", group));
            at += count;
        }

        if (groups.Count > 3)
        {
            groups = [Merge($"{name}: merge of merges", groups.GetRange(0, 3)), .. groups.Skip(3)];
        }

        return FeedAll($"{name}: merged in groups", groups, garbageCollection);
    }

    private byte[] FeedAll(string step, List<byte[]> updates, bool garbageCollection)
    {
        var fresh = new YDocument(garbageCollection);
        foreach (var update in updates)
        {
            Apply(step, fresh, update);
        }

        return fresh.EncodeState();
    }

    /// <summary>
    /// The updates in random order, some in pieces, some twice; for the whole also what else says parts of it.
    /// </summary>
    private List<byte[]> Deal(List<int>? subset)
    {
        var dealt = new List<byte[]>();
        for (var i = 0; i < document.Updates.Length; i++)
        {
            if (subset is not null && !subset.Contains(i))
            {
                continue;
            }

            if (document.Pieces[i].Length > 0 && random.Next(2) == 0)
            {
                dealt.AddRange(document.Pieces[i]);
            }
            else
            {
                dealt.Add(document.Updates[i]);
            }

            if (random.Next(8) == 0)
            {
                dealt.Add(document.Updates[i]);
            }
        }

        if (subset is null)
        {
            dealt.AddRange(document.Extras);
        }

        var shuffled = dealt.ToArray();
        random.Shuffle(shuffled);
        return [.. shuffled];
    }

    private ReadOnlyMemory<byte> Apply(string step, YDocument target, byte[] update)
    {
        // Strangers are asked about first, and held to more: a part of an update may lack the deletes that make the
        // whole acceptable.
        var asked = random.Next(4) == 0 && document.Updates.Contains(update);
        ReadOnlyMemory<byte> expected = default;
        if (asked)
        {
            Require(step, target.TryGetNews(update, out expected, out var refusal),
                () => $"{refusal} in {Hex(update)}");
            Require(
                step,
                target.TryFindNews(update, out var isNew, out refusal) && isNew != expected.IsEmpty,
                () => $"TryFindNews says {isNew} {refusal} of {Hex(update)}");
            if (new YDocument().TryGetNews(update, long.MaxValue, out _, out _, out var extent, out _)
                && extent.IsKnown)
            {
                Require(step, target.HasNoneOf(extent) == expected.Equals(update),
                    () => $"HasNoneOf says {target.HasNoneOf(extent)} of {Hex(update)}");
            }
        }

        Require(step, target.TryApply(update, out var news, out var error), () => $"{error} in {Hex(update)}");
        Require(step, !asked || news.Span.SequenceEqual(expected.Span),
            () => $"TryGetNews says {Hex(expected.ToArray())}, TryApply {Hex(news.ToArray())}");
        return news;
    }

    private static byte[] Merge(string step, List<byte[]> updates)
    {
        Require(step,
            YDocument.TryMerge(updates.ConvertAll(update => new ReadOnlyMemory<byte>(update)), out var merged,
                out var error), () => error.ToString());
        return merged;
    }

    private static byte[] Diff(YDocument whole, byte[] stateVector)
    {
        Require("difference", whole.TryEncodeDiff(stateVector, out var update, out var error),
            () => $"{error} in state vector {Hex(stateVector)}");
        return update;
    }

    private void Equal(string step, byte[] expected, byte[] actual)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            verdicts.Different(step, expected, actual);
        }
    }

    private static void Require(string step, bool holds, Func<string> otherwise)
    {
        if (!holds)
        {
            throw new StepFailedException(step, otherwise());
        }
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
