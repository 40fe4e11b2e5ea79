namespace Relay.Yjs;

/// <content>Writes the document, or what of it somebody lacks, as an update in format V1 (<c>yjs/src/utils/encoding.js</c>): clients in descending order, holes as Skip.</content>
public sealed partial class YDocument
{
    private List<ClientBlocks> descending = [];

    /// <summary>The state vector: per client, the clock up to which nothing is missing; clients in descending order.</summary>
    public byte[] EncodeStateVector()
    {
        using var writer = new Lib0Writer();
        var known = Descending().Where(client => client.Contiguous > 0).ToList();
        writer.WriteVarUint((ulong)known.Count);
        foreach (var client in known)
        {
            writer.WriteVarUint(client.Id);
            writer.WriteVarUint((ulong)client.Contiguous);
        }

        return writer.ToArray();
    }

    /// <summary>The whole document as one update. Equal documents give equal bytes. An empty document gives <c>00 00</c>.</summary>
    public byte[] EncodeState() => EncodeSince(StateVector.Empty);

    /// <summary>The update that a holder of <paramref name="stateVector"/> lacks: structs beyond it and the whole delete set.</summary>
    public bool TryEncodeDiff(ReadOnlySpan<byte> stateVector, out byte[] update, out YjsError error)
    {
        var readable = StateVector.TryDecode(stateVector, out var known, out error);
        update = readable ? EncodeSince(known) : [];
        return readable;
    }

    private byte[] EncodeSince(StateVector known)
    {
        Collect();
        using var writer = new Lib0Writer(1024);
        var lacking = Descending().Where(client => client.Count > 0 && client.End > known.ClockOf(client.Id)).ToList();
        writer.WriteVarUint((ulong)lacking.Count);
        foreach (var client in lacking)
        {
            WriteClient(writer, client, known.ClockOf(client.Id), client.End);
        }

        var deleting = Descending().Where(client => !client.Deletes.IsEmpty).ToList();
        writer.WriteVarUint((ulong)deleting.Count);
        foreach (var client in deleting)
        {
            WriteDeletes(writer, client.Id, client.Deletes.Settle());
        }

        return writer.ToArray();
    }

    /// <summary>Writes the client's structs from clock <paramref name="from"/> (or the first after it) to <paramref name="to"/>, cutting those that lie across.</summary>
    private void WriteClient(Lib0Writer writer, ClientBlocks client, long from, long to)
    {
        var first = client.FirstEndingAfter(from);
        from = Math.Max(from, client.Blocks[first].Clock);
        var structs = 0;
        var at = from;
        for (var i = first; i < client.Count && client.Blocks[i].Clock < to; i++)
        {
            structs += client.Blocks[i].Clock > at ? 2 : 1;
            at = client.Blocks[i].End;
        }

        writer.WriteVarUint((ulong)structs);
        writer.WriteVarUint(client.Id);
        writer.WriteVarUint((ulong)from);
        at = from;
        for (var i = first; i < client.Count && client.Blocks[i].Clock < to; i++)
        {
            WorkMeter.Count();
            ref readonly var block = ref client.Blocks[i];
            if (block.Clock > at)
            {
                writer.WriteByte((byte)BlockKind.Skip);
                writer.WriteVarUint((ulong)(block.Clock - at));
            }

            at = Math.Min(block.End, to);
            WriteBlock(writer, client, block, Math.Max(from, block.Clock) - block.Clock, at - block.Clock);
        }
    }

    private void WriteBlock(Lib0Writer writer, ClientBlocks client, in Block block, long from, long to)
    {
        if (block.Kind == BlockKind.Gc)
        {
            writer.WriteByte((byte)BlockKind.Gc);
            writer.WriteVarUint((ulong)(to - from));
            return;
        }

        var hasOrigin = from > 0 || block.OriginClient != Block.None;
        var hasKey = block.Container >= 0 && containers[block.Container].Key != Block.None;
        var info = (int)block.Kind | (hasOrigin ? (int)BlockFlags.HasOrigin : 0) | (hasKey ? (int)BlockFlags.HasKey : 0)
            | (block.RightClient != Block.None ? (int)BlockFlags.HasRightOrigin : 0);
        writer.WriteByte((byte)info);
        if (from > 0)
        {
            writer.WriteVarUint(client.Id);
            writer.WriteVarUint((ulong)(block.Clock + from - 1));
        }
        else if (hasOrigin)
        {
            writer.WriteVarUint(clients[block.OriginClient].Id);
            writer.WriteVarUint((ulong)block.OriginClock);
        }

        if (block.RightClient != Block.None)
        {
            writer.WriteVarUint(clients[block.RightClient].Id);
            writer.WriteVarUint((ulong)block.RightClock);
        }

        if (!hasOrigin && block.RightClient == Block.None)
        {
            WriteParent(writer, containers[block.Container]);
        }

        var content = client.Content(block);
        var slice = block.Kind == BlockKind.Deleted ? default : BlockContent.Slice(block.Kind, content, block.Length, from, to);
        BlockContent.Write(writer, block.Kind, content, slice, to - from);
    }

    private void WriteParent(Lib0Writer writer, in Container container)
    {
        if (container.RootName != Block.None)
        {
            writer.WriteVarUint(1);
            writer.WriteVarBytes(containers.Name(container.RootName));
        }
        else
        {
            writer.WriteVarUint(0);
            writer.WriteVarUint(clients[container.OwnerClient].Id);
            writer.WriteVarUint((ulong)container.OwnerClock);
        }

        if (container.Key != Block.None)
        {
            writer.WriteVarBytes(containers.Name(container.Key));
        }
    }

    internal static void WriteDeletes(Lib0Writer writer, ulong client, ReadOnlySpan<ClockRange> ranges)
    {
        writer.WriteVarUint(client);
        writer.WriteVarUint((ulong)ranges.Length);
        WorkMeter.Count(ranges.Length);
        foreach (var range in ranges)
        {
            writer.WriteVarUint((ulong)range.Start);
            writer.WriteVarUint((ulong)(range.End - range.Start));
        }
    }

    private List<ClientBlocks> Descending()
    {
        if (descending.Count != clients.Count)
        {
            descending = [.. clients];
            descending.Sort((left, right) => right.Id.CompareTo(left.Id));
        }

        return descending;
    }
}
