using BenchmarkDotNet.Attributes;
using Relay.Yjs;

namespace Relay.Bench.Engine;

/// <summary>
/// The cases that should hurt an engine which appends first and collects later: single deletes all over one long text,
/// each leaving one more range, and a document that is asked for after every update.
/// </summary>
[MemoryDiagnoser]
public class AdverseBenchmarks
{
    private const int Characters = 200_000;
    private List<ReadOnlyMemory<byte>> scatteredDeletes = [];
    private List<ReadOnlyMemory<byte>> typing = [];
    private byte[] text = [];

    [GlobalSetup]
    public void Setup()
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([1, 1, 77, 0, 4, 1, 4]);
        writer.WriteBytes("text"u8);
        writer.WriteVarBytes(new byte[Characters].Select(_ => (byte)'x').ToArray());
        writer.WriteByte(0);
        text = writer.ToArray();
        var clocks = Enumerable.Range(0, Characters / 2).Select(i => 2 * i).ToArray();
        new Random(1).Shuffle(clocks);
        scatteredDeletes = [.. clocks.Select(clock =>
        {
            using var delete = new Lib0Writer();
            delete.WriteBytes([0, 1, 77, 1]);
            delete.WriteVarUint((ulong)clock);
            delete.WriteByte(1);
            return (ReadOnlyMemory<byte>)delete.ToArray();
        })];
        typing = EditTrace.Make(1, 2_000);
    }

    [Benchmark(Description = "100,000 scattered deletes in one text")]
    public YDocument ScatteredDeletes() => Apply(new YDocument(), [text, .. scatteredDeletes], encodeEach: false);

    [Benchmark(Description = "2,000 updates, the document asked for after each")]
    public YDocument EncodeAfterEach() => Apply(new YDocument(), typing, encodeEach: true);

    private static YDocument Apply(YDocument document, List<ReadOnlyMemory<byte>> updates, bool encodeEach)
    {
        foreach (var update in updates)
        {
            if (!document.TryApply(update, out _, out var error))
            {
                throw new InvalidDataException(error.ToString());
            }

            if (encodeEach)
            {
                document.EncodeState();
            }
        }

        return document;
    }
}
