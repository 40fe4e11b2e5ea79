using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>Reads an update again that was checked and is too large to be kept, some structs at a time.</summary>
internal sealed class UpdateReplay(DecodedUpdate update)
{
    /// <summary>So many structs or deletes are read at a time: their memory stays in the cache.</summary>
    private const int AtOnce = 512;

    // What is left of the structs, of the present section and of the deletes of the present client.
    private ulong sectionsLeft;
    private ulong structsLeft;
    private ulong clientsLeft;
    private ulong deletesLeft;
    private ulong deleting;
    private ulong client;
    private long clock;
    private int position;

    public void Begin(ReadOnlySpan<byte> bytes)
    {
        var reader = new Lib0Reader(bytes);
        (sectionsLeft, structsLeft) = (reader.ReadVarUint(), 0);
        position = reader.Position;
    }

    public void BeginDeletes(ReadOnlySpan<byte> bytes)
    {
        var reader = new Lib0Reader(bytes, update.DeletesAt);
        (clientsLeft, deletesLeft) = (reader.ReadVarUint(), 0);
        position = reader.Position;
    }

    public bool NextSection(ReadOnlySpan<byte> bytes, out ulong section)
    {
        section = 0;
        if (sectionsLeft == 0)
        {
            return false;
        }

        sectionsLeft--;
        var reader = new Lib0Reader(bytes, position);
        (structsLeft, client, clock) = (reader.ReadVarUint(), reader.ReadVarUint(), (long)reader.ReadVarUint());
        position = reader.Position;
        section = client;
        return true;
    }

    public ReadOnlySpan<ParsedStruct> NextStructs(ReadOnlySpan<byte> bytes)
    {
        update.PassStructs();
        var reader = new Lib0Reader(bytes, position);
        for (; structsLeft > 0 && update.StructCount < AtOnce; structsLeft--)
        {
            clock = UpdateDecoder.ReadStruct(ref reader, update, client, clock);
        }

        position = reader.Position;
        return update.Structs.AsSpan(0, update.StructCount);
    }

    public ReadOnlySpan<DeleteRange> NextDeletes(ReadOnlySpan<byte> bytes)
    {
        update.Deletes.Clear();
        var reader = new Lib0Reader(bytes, position);
        while (update.Deletes.Count < AtOnce && (deletesLeft > 0 || clientsLeft > 0))
        {
            if (deletesLeft == 0)
            {
                clientsLeft--;
                (deleting, deletesLeft) = (reader.ReadVarUint(), reader.ReadVarUint());
                continue;
            }

            WorkMeter.Count();
            deletesLeft--;
            var start = (long)reader.ReadVarUint();
            update.Deletes.Add(new DeleteRange(deleting, start, start + (long)reader.ReadVarUint()));
        }

        position = reader.Position;
        return CollectionsMarshal.AsSpan(update.Deletes);
    }
}
