using Relay.Yjs;

namespace Relay.Bench.Load;

/// <summary>Gets a run of characters that an update holds.</summary>
/// <param name="client">The Yjs client id of who typed them.</param>
/// <param name="first">The clock of the first.</param>
/// <param name="end">The clock after the last.</param>
internal delegate void RunReader(ulong client, long first, long end);

/// <summary>Types a run of characters, one after the other, as a Yjs client of its own.</summary>
/// <param name="id">The Yjs client id.</param>
internal sealed class Typist(ulong id)
{
    private long clock;

    /// <summary>The update for the next characters.</summary>
    public byte[] Type(int count = 1)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([1, 1]);
        writer.WriteVarUint(id);
        writer.WriteVarUint((ulong)clock);
        if (clock == 0)
        {
            writer.WriteBytes([4, 1]);
            writer.WriteVarBytes("text"u8);
        }
        else
        {
            writer.WriteByte(0x84);
            writer.WriteVarUint(id);
            writer.WriteVarUint((ulong)clock - 1);
        }

        writer.WriteVarUint((ulong)count);
        for (var character = 0; character < count; character++)
        {
            writer.WriteByte((byte)('a' + (clock++ % 26)));
        }

        writer.WriteByte(0);
        return writer.ToArray();
    }

    /// <summary>
    /// Tells which characters an update holds. Servers join updates: one that comes may hold those of several writers,
    /// and such as came before.
    /// </summary>
    public static void Read(ReadOnlySpan<byte> bytes, RunReader onRun)
    {
        var update = DecodedUpdate.Rent();
        if (!UpdateDecoder.TryDecode(bytes, update, out var error))
        {
            throw new InvalidDataException($"An update came that does not read: {error}");
        }

        var walk = new UpdateWalk(update, bytes);
        while (walk.NextSection())
        {
            for (var structs = walk.NextStructs(); !structs.IsEmpty; structs = walk.NextStructs())
            {
                foreach (ref readonly var parsed in structs)
                {
                    onRun(walk.Client, parsed.Clock, parsed.End);
                }
            }
        }

        update.Return();
    }
}
