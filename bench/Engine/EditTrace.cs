using Relay.Yjs;

namespace Relay.Bench.Engine;

/// <summary>
/// The edits of one writer as Yjs updates, one for each inserted or deleted character. Read from a file (each update
/// after its length as a varUint), or made from a seed in the manner of a person who writes a long paper: runs of
/// typing and of deleting at a cursor that jumps now and then.
/// </summary>
internal static class EditTrace
{
    private const ulong Client = 77;

    /// <summary>The edits of the paper that the editing benchmarks of the field use: as many are made.</summary>
    public const int PaperEdits = 259_778;

    public static List<ReadOnlyMemory<byte>> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var updates = new List<ReadOnlyMemory<byte>>();
        var reader = new Lib0Reader(bytes);
        while (!reader.AtEnd)
        {
            var length = reader.ReadLength();
            updates.Add(bytes.AsMemory(reader.Position, length));
            reader.ReadBytes(length);
            if (reader.Failed)
            {
                throw new InvalidDataException($"{path} is no trace: {reader.Error}");
            }
        }

        return updates;
    }

    public static List<ReadOnlyMemory<byte>> Make(int seed, int edits)
    {
        var random = new Random(seed);
        var text = new List<(long Clock, bool Deleted)>();
        var updates = new List<ReadOnlyMemory<byte>>(edits);
        var cursor = 0;
        long clock = 0;
        while (updates.Count < edits)
        {
            if (random.NextDouble() < 0.03)
            {
                cursor = random.Next(text.Count + 1);
            }

            var deletes = random.NextDouble() < 0.3;
            for (var run = 1 + random.Next(14); run > 0 && updates.Count < edits; run--)
            {
                if (deletes)
                {
                    while (cursor > 0 && text[cursor - 1].Deleted)
                    {
                        cursor--;
                    }

                    if (cursor == 0)
                    {
                        break;
                    }

                    var id = text[--cursor].Clock;
                    text[cursor] = (id, true);
                    updates.Add(Delete(id));
                }
                else
                {
                    long? left = cursor > 0
                        ? text[cursor - 1].Clock
                        : null, right = cursor < text.Count ? text[cursor].Clock : null;
                    updates.Add(Insert(clock, left, right, (byte)('a' + random.Next(26))));
                    text.Insert(cursor++, (clock++, false));
                }
            }
        }

        return updates;
    }

    private static byte[] Insert(long clock, long? left, long? right, byte character)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([1, 1]);
        writer.WriteVarUint(Client);
        writer.WriteVarUint((ulong)clock);
        writer.WriteByte((byte)(4 | (left is null ? 0 : 0x80) | (right is null ? 0 : 0x40)));
        foreach (var id in new[] { left, right })
        {
            if (id is not null)
            {
                writer.WriteVarUint(Client);
                writer.WriteVarUint((ulong)id.Value);
            }
        }

        if (left is null && right is null)
        {
            writer.WriteVarUint(1);
            writer.WriteVarBytes("text"u8);
        }

        writer.WriteVarBytes([character]);
        writer.WriteByte(0);
        return writer.ToArray();
    }

    private static byte[] Delete(long clock)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([0, 1]);
        writer.WriteVarUint(Client);
        writer.WriteByte(1);
        writer.WriteVarUint((ulong)clock);
        writer.WriteByte(1);
        return writer.ToArray();
    }
}
