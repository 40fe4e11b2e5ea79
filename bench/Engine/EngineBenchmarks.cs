using BenchmarkDotNet.Attributes;
using Relay.Yjs;

namespace Relay.Bench.Engine;

/// <summary>
/// What the engine costs for one long document that one person wrote. The trace is named by <c>RELAY_BENCH_TRACE</c>,
/// or made from seed 1.
/// </summary>
[MemoryDiagnoser]
public class EngineBenchmarks
{
    private List<ReadOnlyMemory<byte>> updates = [];
    private byte[] state = [];
    private YDocument document = new();

    [GlobalSetup]
    public void Setup()
    {
        updates = Environment.GetEnvironmentVariable("RELAY_BENCH_TRACE") is { Length: > 0 } path
            ? EditTrace.Read(path)
            : EditTrace.Make(1, EditTrace.PaperEdits);
        document = Load(updates);
        state = document.EncodeState();
    }

    [Benchmark(Description = "apply the trace, update by update")]
    public YDocument ApplyTrace() => Load(updates);

    [Benchmark(Description = "load the encoded document")]
    public YDocument LoadState() => Load([state]);

    [Benchmark(Description = "encode the whole document")]
    public byte[] EncodeState() => document.EncodeState();

    [Benchmark(Description = "merge 1,000 updates of one run")]
    public byte[] Merge() =>
        YDocument.TryMerge(updates.GetRange(updates.Count / 2, 1000), out var merged, out var error)
        ? merged
        : throw new InvalidDataException(error.ToString());

    private static YDocument Load(List<ReadOnlyMemory<byte>> updates)
    {
        var document = new YDocument();
        foreach (var update in updates)
        {
            if (!document.TryApply(update, out _, out var error))
            {
                throw new InvalidDataException(error.ToString());
            }
        }

        return document;
    }
}
