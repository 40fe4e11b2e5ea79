using Relay.Protocols.Hocuspocus;
using Relay.Protocols.YWebSocket;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Yjs.Costs;

/// <summary>
/// Searches for messages whose reading costs much for each of their bytes, in steps or in memory: presence, state
/// vectors, both protocols, and the framing below them.
/// </summary>
internal sealed class WireSearch
{
    private const int MostBytes = 256 * 1024;

    /// <summary>Steps and memory that each message may take, whatever its size.</summary>
    private const int StepsAnyway = 100;
    internal const int MemoryAnyway = 64 * 1024;

    private const int LargestMessage = 64 * 1024;

    private static readonly YDocument Document = MakeDocument(2_000);

    private static readonly int DocumentBytes = Document.EncodeState().Length;

    private static readonly Dictionary<string, Func<WireGenome, (long Bytes, Action Work)>> All = new()
    {
        ["presence"] = genome =>
        {
            var update = genome.ToPresence();
            return (update.Length, () => AwarenessUpdate.TryDecode(update, int.MaxValue, out _, out _));
        },
        ["state vectors"] = genome =>
        {
            var vector = genome.ToStateVector();
            return (vector.Length + DocumentBytes, () => Document.TryEncodeDiff(vector, out _, out _));
        },
        ["y-websocket"] = genome =>
        {
            var frame = genome.ToYWebSocket();
            return (frame.Length, () => YWebSocketDecoder.TryDecode(frame, 0, [], out _));
        },
        ["Hocuspocus"] = genome =>
        {
            byte[][] frames = [.. genome.ToHocuspocus()];
            return (frames.Sum(frame => (long)frame.Length), () => Array.ForEach(frames, Decode));
        },
        ["framing"] = genome =>
        {
            var line = genome.ToLine();
            var reads = Math.Max(1, genome.Genes[0].Cut);
            return (line.Length, () => Read(line, reads));
        },
    };

    private readonly Population<WireGenome> population;
    private readonly string work;

    public WireSearch(Random random, string work)
    {
        this.work = work;
        population = new Population<WireGenome>(random, WireGenome.Draw, (genome, chance) => genome.Mutate(chance));
    }

    public static IReadOnlyCollection<string> Works => All.Keys;

    /// <summary>The dearest in steps: for each byte and each doubling of the bytes.</summary>
    public (string Input, double Cost) Slowest { get; private set; } = ("", 0);

    /// <summary>The dearest in memory: bytes for each byte.</summary>
    public (string Input, double Cost) Largest { get; private set; } = ("", 0);

    public void Try()
    {
        var genome = population.Next();
        if (genome.Genes.Sum(gene => (long)gene.Repeat * (gene.Length + 8)) > MostBytes)
        {
            return;
        }

        var (bytes, act) = All[work](genome);
        var memory = GC.GetAllocatedBytesForCurrentThread();
        var steps = WorkMeter.Steps + StepMeter.Steps;
        act();
        steps = WorkMeter.Steps + StepMeter.Steps - steps;
        memory = GC.GetAllocatedBytesForCurrentThread() - memory;
        var slow = Math.Max(0, steps - StepsAnyway) / (bytes * Math.Log2(bytes + 2));
        var large = Math.Max(0.0, memory - MemoryAnyway) / bytes;
        var text = $"{bytes} bytes: {string.Join("; ", genome.Genes)}";
        if (slow > Slowest.Cost)
        {
            Slowest = (text, slow);
        }

        if (large > Largest.Cost)
        {
            Largest = (text, large);
        }

        population.Add(genome, slow + (large / 1000));
    }

    private static void Decode(byte[] frame)
    {
        if (HocuspocusDecoder.TryReadAddress(frame, out _, out var start, out _))
        {
            HocuspocusDecoder.TryDecode(frame, start, 0, out _, out _);
        }
    }

    private static void Read(byte[] line, int reads)
    {
        using var stream = new SlicedStream(line, reads);
        var budget = new BufferBudget(1 << 24, TimeProvider.System);
        using var reader = new ClientFrameReader(stream, LargestMessage, budget);
        reader.LimitMessages(LargestMessage, new UnadmittedBudget(budget));
        while (true)
        {
            var reading = reader.ReadAsync(CancellationToken.None);
            if (!reading.IsCompleted)
            {
                throw new InvalidOperationException("A line in memory does not wait.");
            }

            if (reading.Result.Kind is ClientFrameKind.EndOfStream or ClientFrameKind.Invalid or ClientFrameKind.NoRoom)
            {
                return;
            }
        }
    }

    private static YDocument MakeDocument(int clients)
    {
        var document = new YDocument();
        var writers = Enumerable.Range(1, clients).Select(client =>
        {
            var writer = new StructWriter((ulong)client, 0);
            writer.AddText("x", null, null);
            return writer;
        });
        document.TryApply(Bytes.Update([.. writers]), out _, out _);
        return document;
    }
}
