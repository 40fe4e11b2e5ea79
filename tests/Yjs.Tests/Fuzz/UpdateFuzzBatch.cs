namespace Relay.Yjs.Fuzz;

/// <summary>
/// Some thousand damaged updates from one seed. Each goes to a document of its own, and what is accepted also to one
/// with real content: nothing throws, little is allocated, a refusal changes nothing.
/// </summary>
internal sealed class UpdateFuzzBatch(int seed, int count, IReadOnlyList<byte[]> material)
{
    /// <summary>
    /// Bytes that may be allocated per byte of input: a struct takes three bytes or more of input and some 90 in memory
    /// while it is read and as a block, lists double as they grow, and each client, root name and key has an entry of
    /// its own, of which a few bytes of input can make one. The densest inputs known (<see cref="DenseUpdateTests"/>)
    /// come to about 140.
    /// </summary>
    public const int AllocatedPerInputByte = 192;

    /// <summary>
    /// And in addition, whatever the input: the document itself, its lists and tables at their smallest.
    /// </summary>
    public const int AllocatedAnyway = 4_096;

    /// <summary>
    /// What an input makes the engine allocate is the same each time; what comes once is not the input's: the thread's
    /// scratch, a pool's buffer that was let go, what the runtime adds for itself. (An input that takes 488 bytes, on a
    /// thread's first time 2,296, was once in millions seen with 5,600.)
    /// </summary>
    private const int MeasuredAgain = 2;

    private const int RefusalsPerSample = 64;
    private const int InputsPerDocument = 200;

    private readonly Random random = new(seed);
    private byte[] current = [];

    /// <summary>The input under way, for the message of a batch that does not end.</summary>
    public byte[] Current => Volatile.Read(ref current);

    public int Accepted { get; private set; }

    /// <summary>The most that was allocated per byte of input, beyond <see cref="AllocatedAnyway"/>.</summary>
    public double MostAllocated { get; private set; }

    /// <summary>
    /// Sequences of updates that Yjs must be able to apply: what accepted inputs brought, and what the engine made of
    /// them.
    /// </summary>
    public List<byte[][]> ForYjs { get; } = [];

    /// <summary>What the engine did wrong, in words.</summary>
    public List<string> Wrong { get; } = [];

    public void Run()
    {
        var mutator = new Mutator(random, material);
        var full = new YDocument();
        var refusals = 0;
        for (var i = 0; i < count; i++)
        {
            if (i % InputsPerDocument == 0)
            {
                Finish(full);
                full = new YDocument(garbageCollection: random.Next(3) > 0);
                full.TryApply(material[random.Next(material.Count)], out _, out _);
            }

            Volatile.Write(ref current, mutator.Next());
            try
            {
                if (TryAlone(current))
                {
                    Accepted++;
                    Join(full, current);
                }
                else if (++refusals % RefusalsPerSample == 0)
                {
                    RefusalChangesNothing(full, current);
                }
            }
            catch (Exception unexpected)
            {
                Say(unexpected.ToString(), current);
                full = new YDocument();
            }
        }

        Finish(full);
    }

    private bool TryAlone(byte[] input)
    {
        var accepted = MeasureAlone(input, out var document, out var news, out var allocated);
        var bound = ((long)AllocatedPerInputByte * input.Length) + AllocatedAnyway;
        for (var again = 0; again < MeasuredAgain && allocated > bound; again++)
        {
            MeasureAlone(input, out _, out _, out var repeated);
            allocated = Math.Min(allocated, repeated);
        }

        MostAllocated = Math.Max(MostAllocated, (allocated - AllocatedAnyway) / (input.Length + 1.0));
        if (allocated > bound)
        {
            Say($"{allocated} bytes allocated for {input.Length}", input);
        }

        if (accepted)
        {
            Answers(document, input, news);
        }

        return accepted;
    }

    private static bool MeasureAlone(byte[] input, out YDocument document, out ReadOnlyMemory<byte> news,
        out long allocated)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        document = new YDocument();
        var accepted = Accepts(document, input, out news, out _);
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return accepted;
    }

    /// <summary>
    /// As a session does with what comes from a stranger: first the question what is new, which refuses more.
    /// </summary>
    private static bool Accepts(YDocument document, byte[] input, out ReadOnlyMemory<byte> news, out YjsError error) =>
        document.TryGetNews(input, out news, out error) && document.TryApply(input, out news, out error);

    private void Answers(YDocument document, byte[] input, ReadOnlyMemory<byte> news)
    {
        // What is new is what a relay passes on: nearly always the input itself.
        if (!news.IsEmpty)
        {
            ForYjs.Add([news.ToArray()]);
        }

        var state = document.EncodeState();
        if (!news.Span.SequenceEqual(state))
        {
            ForYjs.Add([state]);
        }

        if (random.Next(8) == 0)
        {
            if (YDocument.TryMerge([input, material[random.Next(material.Count)]], out var merged, out var error))
            {
                ForYjs.Add([merged]);
            }
            else
            {
                Say($"applied, but not merged: {error}", input);
            }
        }
    }

    private void Join(YDocument full, byte[] input)
    {
        if (!full.TryApply(input, out _, out var error))
        {
            Say($"applied alone, but not applied by a document with content: {error}", input);
        }
        else if (random.Next(20) == 0 && (!full.TryApply(input, out var again, out _) || !again.IsEmpty))
        {
            Say("applied twice, and the second time it was news", input);
        }
    }

    private void RefusalChangesNothing(YDocument full, byte[] input)
    {
        var state = full.EncodeState();
        if (Accepts(full, input, out var news, out _) || !news.IsEmpty
            || !full.EncodeState().AsSpan().SequenceEqual(state))
        {
            Say("a refused update changed the document", input);
        }
    }

    /// <summary>What came together in one document must be readable too: by Yjs, by the engine, and in parts.</summary>
    private void Finish(YDocument full)
    {
        var state = full.EncodeState();
        ForYjs.Add([state]);
        if (full.TryEncodeParts([0], new DiffSizes(0, random.Next(1, 2_000), random.Next(2) * 1_000),
            out var parts, out _))
        {
            ForYjs.Add([.. parts]);
        }

        if (!new YDocument(full.GarbageCollection).TryApply(state, out _, out var error))
        {
            Say($"the document refuses its own state: {error}", state);
        }
    }

    private void Say(string text, byte[] input) => Wrong.Add($"{text}: {Convert.ToHexStringLower(input)}");
}
