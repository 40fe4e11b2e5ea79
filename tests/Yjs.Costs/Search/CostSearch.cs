namespace Relay.Yjs.Costs;

/// <summary>
/// Searches for inputs with which one kind of work costs much for each byte: some are drawn, the dearest are changed
/// again and again, and what has become dearer stays.
/// </summary>
internal sealed class CostSearch(Random random, string work)
{
    private const int MostBytes = 48 * 1024;

    /// <summary>
    /// Steps that each update may cost, whatever its size, and that shall not make very small ones look dear.
    /// </summary>
    private const int StepsAnyway = 400;

    /// <summary>All that the engine does with bytes of strangers, with a document that has them.</summary>
    private static readonly Dictionary<string, Action<YDocument, List<byte[]>>> All = new()
    {
        ["news and applying"] = (_, updates) =>
        {
            var document = new YDocument();
            updates.ForEach(update => Apply(document, update));
        },
        ["keeping what is deleted"] = (_, updates) =>
        {
            var document = new YDocument(garbageCollection: false);
            updates.ForEach(update => Apply(document, update));
            document.EncodeState();
        },
        ["encoding"] = (document, _) => document.EncodeState(),
        ["loading"] = (document, _) => Apply(new YDocument(), document.EncodeState()),
        ["news of what is known"] = (document, updates) => updates.ForEach(update => document.TryGetNews(update,
            out _, out _)),
        ["news for a reader"] = (document, updates) => updates.ForEach(update =>
            document.TryFindNews(update, out _, out _)),
        ["what came before"] = (document, updates) =>
        {
            var (empty, early, past) = (new YDocument(), new StructClocks(), new PastStateVector(document));
            foreach (var update in updates)
            {
                document.HasPastOf(update);
                empty.HasPastOf(update, early);
                early.AddNews(update, empty);
                if (Reads(update))
                {
                    // Asked only of what is logged.
                    past.Remove(UpdateStarts.Of(update));
                }
            }

            past.Encode();
        },
        ["merging"] = (known, updates) => YDocument.TryMerge(updates.ConvertAll(update =>
            new ReadOnlyMemory<byte>(update)), out _, out _),
        ["differences"] = (document, updates) =>
        {
            var vector = document.EncodeStateVector();
            document.TryEncodeDiff(vector, out _, out _);

            // What is in updates reads as state vectors in parts.
            updates.ForEach(update => document.TryEncodeDiff(update, out _, out _));
        },
        ["restoring"] = (document, updates) => DocumentRestore.TryCompute(document.EncodeState(), updates[0], out _,
            out _),
    };

    private readonly Population<Genome> population = new(
        random, Genome.Draw, (genome, chance) => genome.Mutate(chance));

    public static IReadOnlyCollection<string> Works => All.Keys;

    /// <summary>The dearest, and what it cost: steps for each byte and each doubling of the bytes.</summary>
    public (Genome Genome, double Cost, long Bytes) Dearest { get; private set; } = (new Genome([]), 0, 0);

    public void Try()
    {
        var genome = population.Next();
        var updates = genome.ToUpdates();
        long bytes = updates.Sum(update => update.Length);
        if (bytes is 0 or > MostBytes)
        {
            return;
        }

        var document = new YDocument();
        updates.ForEach(update => Apply(document, update));
        var before = WorkMeter.Steps;
        All[work](document, updates);
        var steps = WorkMeter.Steps - before;
        var cost = Math.Max(0, steps - ((long)StepsAnyway * updates.Count)) / (bytes * Math.Log2(bytes));
        if (cost > Dearest.Cost)
        {
            Dearest = (genome, cost, bytes);
        }

        population.Add(genome, cost);
    }

    private static void Apply(YDocument document, byte[] update)
    {
        if (document.TryGetNews(update, long.MaxValue, out var news, out _, out _, out _) && !news.IsEmpty)
        {
            document.TryApply(news, out _, out _);
        }
    }

    private static bool Reads(byte[] update)
    {
        var decoded = DecodedUpdate.Rent();
        var reads = UpdateDecoder.TryDecode(update, decoded, out _);
        decoded.Return();
        return reads;
    }
}
