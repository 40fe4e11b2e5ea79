using Xunit.Abstractions;

namespace Relay.Yjs.Fuzz;

/// <summary>
/// Updates that make as much as possible of every byte: what they make the engine allocate is bounded by their size.
/// </summary>
public sealed class DenseUpdateTests(ITestOutputHelper output)
{
    private const int Count = 10_000;

    public static TheoryData<string> Shapes =>
        ["clients with a collected struct", "clients with a delete", "structs that do not join", "root types", "keys",
            "origins of unknown clients", "delete ranges", "skips"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Allocations_are_bounded_by_the_input(string shape)
    {
        var update = Make(shape);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var document = new YDocument();
        Assert.True(document.TryApply(update, out _, out var error), error.ToString());
        var applied = GC.GetAllocatedBytesForCurrentThread() - before;
        var state = document.EncodeState();
        var encoded = GC.GetAllocatedBytesForCurrentThread() - before - applied;
        output.WriteLine(
            $"{shape}: {update.Length} bytes, applied with {(double)applied / update.Length:F1} and encoded with "
                + $"{(double)encoded / update.Length:F1} bytes each; kept {document.MemoryBytes}");
        Assert.InRange(applied, 0,
            ((long)UpdateFuzzBatch.AllocatedPerInputByte * update.Length) + UpdateFuzzBatch.AllocatedAnyway);
        Assert.InRange(encoded, 0,
            ((long)UpdateFuzzBatch.AllocatedPerInputByte * update.Length) + UpdateFuzzBatch.AllocatedAnyway);
        Assert.InRange(state.Length, 1, 4 * update.Length);
    }

    private static byte[] Make(string shape)
    {
        using var writer = new Lib0Writer();
        switch (shape)
        {
            case "clients with a collected struct":
                writer.WriteVarUint(Count);
                Repeat(i => Write(writer, 1, i, 0, 0, 1));
                writer.WriteByte(0);
                break;
            case "clients with a delete":
                writer.WriteByte(0);
                writer.WriteVarUint(Count);
                Repeat(i => Write(writer, i, 1, 0, 1));
                break;
            case "delete ranges":
                Write(writer, 0, 1, 1, Count);
                Repeat(i => Write(writer, 2 * i, 1));
                break;
            case "structs that do not join":
                Write(writer, 1, Count, 1, 0);
                Repeat(_ => Write(writer, 1, 1, 1, 't', 1));
                writer.WriteByte(0);
                break;
            case "root types":
                Write(writer, 1, Count, 1, 0);
                Repeat(i => Write(writer, 1, 1, 3, 'a' + (i % 26), 'a' + (i / 26 % 26), 'a' + (i / 676 % 26), 1));
                writer.WriteByte(0);
                break;
            case "keys":
                Write(writer, 1, Count, 1, 0);
                Repeat(i => Write(writer, 0x21, 1, 0, 3, 'a' + (i % 26), 'a' + (i / 26 % 26), 'a' + (i / 676 % 26), 1));
                writer.WriteByte(0);
                break;
            case "origins of unknown clients":
                Write(writer, 1, Count, 1, 0);
                Repeat(i =>
                {
                    writer.WriteByte(0x81);
                    Write(writer, i + 2, 0, 1);
                });
                writer.WriteByte(0);
                break;
            case "skips":
                Write(writer, 1, 2 * Count, 1, 0);
                Repeat(_ => Write(writer, 0, 1, 10, 1));
                writer.WriteByte(0);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "no such shape");
        }

        return writer.ToArray();
    }

    private static void Repeat(Action<int> write)
    {
        for (var i = 0; i < Count; i++)
        {
            write(i);
        }
    }

    private static void Write(Lib0Writer writer, params ReadOnlySpan<int> values)
    {
        foreach (var value in values)
        {
            writer.WriteVarUint((ulong)value);
        }
    }
}
