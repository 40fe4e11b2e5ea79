using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>
/// Writes a collected document, or what of it somebody lacks, as an update in format V1
/// (<c>yjs/src/utils/encoding.js</c>): clients in descending order, holes as Skip.
/// </summary>
internal readonly struct UpdateEncoder(DocumentTables tables)
{
    /// <summary>The fewest bytes of a struct beside its content.</summary>
    private const int SmallestStruct = 2;

    /// <summary>From how much content on, and how much a block, an update is written exactly.</summary>
    private const int LargeContent = 256 << 10;
    private const int ContentOfBlock = 32;

    private ClientTable Clients => tables.Clients;

    private Containers Containers => tables.Containers;

    /// <summary>The state vector with the clocks of some clients lowered.</summary>
    public byte[] EncodeStateVector(Dictionary<ClientKey, long>? highest)
    {
        using var writer = new Lib0Writer();
        var known = new List<(ulong Client, long Clock)>();
        foreach (var client in Clients.Descending())
        {
            WorkMeter.Count();
            var clock = Math.Min(client.Contiguous,
                highest?.GetValueOrDefault(client.Id, long.MaxValue) ?? long.MaxValue);
            if (clock > 0)
            {
                known.Add((client.Id, clock));
            }
        }

        writer.WriteVarUint((ulong)known.Count);
        foreach (var (client, clock) in known)
        {
            writer.WriteVarUint(client);
            writer.WriteVarUint((ulong)clock);
        }

        return writer.ToArray();
    }

    /// <summary>Whether what a holder of a state vector lacks is surely larger, of a collected document.</summary>
    public bool IsLarger(StateVector known, long bytes)
    {
        var least = 0L;
        foreach (var client in Clients.Descending())
        {
            var from = known.ClockOf(client.Id);
            for (var i = client.FirstEndingAfter(from); i < client.Count && least <= bytes; i++)
            {
                WorkMeter.Count();
                ref readonly var block = ref client.Blocks[i];
                least += block.Clock < from ? 0 : (block.Continues ? 0 : SmallestStruct) + block.ContentLength;
            }
        }

        return least > bytes;
    }

    /// <summary>What a holder of a state vector lacks, of a collected document.</summary>
    public byte[] EncodeSince(StateVector known)
    {
        var lacking = new List<ClientRun>();
        long content = 0, blocks = 0;
        foreach (var client in Clients.Descending())
        {
            if (client.Count > 0 && client.End > known.ClockOf(client.Id))
            {
                lacking.Add(new ClientRun(client, known.ClockOf(client.Id), client.End));
                content += client.ContentBytes;
                blocks += client.Count;
            }
        }

        return content > LargeContent && content > ContentOfBlock * blocks
            ? EncodeExactly(lacking)
            : EncodeRuns(lacking, withDeletes: true);
    }

    /// <summary>
    /// Writes twice, first to learn the length. So it takes no memory but the update, and copies no content again; with
    /// large content, writing structs is little beside that.
    /// </summary>
    private byte[] EncodeExactly(List<ClientRun> runs)
    {
        using var counter = Lib0Writer.Counting();
        WriteRuns(counter, runs, withDeletes: true);
        var update = GC.AllocateUninitializedArray<byte>(counter.Length);
        using var writer = Lib0Writer.Into(update);
        WriteRuns(writer, runs, withDeletes: true);
        return update;
    }

    public byte[] EncodeRuns(List<ClientRun> runs, bool withDeletes)
    {
        using var writer = new Lib0Writer(1024);
        WriteRuns(writer, runs, withDeletes);
        return writer.ToArray();
    }

    /// <summary>Writes structs as an update, and either the whole delete set or none.</summary>
    /// <param name="writer">What is written to.</param>
    /// <param name="runs">Clients in descending order of their ids, the runs of one client in ascending order.</param>
    /// <param name="withDeletes">Whether the delete set follows.</param>
    private void WriteRuns(Lib0Writer writer, List<ClientRun> runs, bool withDeletes)
    {
        var sections = 0;
        for (var i = 0; i < runs.Count; i++)
        {
            sections += i == 0 || runs[i].Client != runs[i - 1].Client ? 1 : 0;
        }

        writer.WriteVarUint((ulong)sections);
        for (int first = 0, next; first < runs.Count; first = next)
        {
            for (next = first + 1; next < runs.Count && runs[next].Client == runs[first].Client; next++)
            {
            }

            WriteClient(writer, CollectionsMarshal.AsSpan(runs)[first..next]);
        }

        var deleting = withDeletes ? Clients.Descending().Where(client => !client.Deletes.IsEmpty).ToList() : [];
        writer.WriteVarUint((ulong)deleting.Count);
        foreach (var client in deleting)
        {
            WriteDeletes(writer, client.Id, client.Deletes.Settle());
        }
    }

    /// <summary>
    /// Writes the structs of one client that lie in the runs, cutting those that lie across their ends; what is missing
    /// between two structs is a Skip.
    /// </summary>
    private void WriteClient(Lib0Writer writer, ReadOnlySpan<ClientRun> runs)
    {
        var client = runs[0].Client;
        ref readonly var blocks = ref client.Blocks;
        var start = Math.Max(runs[0].From, blocks[client.FirstEndingAfter(runs[0].From)].Clock);
        var (structs, at) = (0, start);
        foreach (var run in runs)
        {
            for (var i = client.FirstEndingAfter(run.From); i < blocks.Count && blocks[i].Clock < run.To;)
            {
                ref readonly var block = ref blocks[i];
                structs += Math.Max(run.From, block.Clock) > at ? 2 : 1;
                var end = EndOfStruct(blocks, i, run.To);
                at = Math.Min(run.To, end == i + 1 ? block.End : blocks[end - 1].End);
                i = end;
            }
        }

        writer.WriteVarUint((ulong)structs);
        writer.WriteVarUint(client.Id);
        writer.WriteVarUint((ulong)start);
        at = start;
        foreach (var run in runs)
        {
            for (int i = client.FirstEndingAfter(run.From), end; i < blocks.Count && blocks[i].Clock < run.To; i = end)
            {
                WorkMeter.Count();
                ref readonly var block = ref blocks[i];
                end = EndOfStruct(blocks, i, run.To);
                var from = Math.Max(run.From, block.Clock);
                if (from > at)
                {
                    writer.WriteByte((byte)BlockKind.Skip);
                    writer.WriteVarUint((ulong)(from - at));
                }

                at = Math.Min(end == i + 1 ? block.End : blocks[end - 1].End, run.To);
                var before = from == run.From ? run.ContentBefore : -1;
                if (TryWritePlace(writer, client, block, from - block.Clock, at - from))
                {
                    StructContent.Write(writer, client, i, end, from, at, before);
                }
            }
        }
    }

    /// <summary>The index after the last block of a struct, or of its part before a clock.</summary>
    private static int EndOfStruct(in BlockList blocks, int index, long to)
    {
        do
        {
            index++;
        }
        while (index < blocks.Count && blocks[index].Continues && blocks[index].Clock < to);
        return index;
    }

    /// <summary>Writes all of a struct but its content; returns false if it has none.</summary>
    private bool TryWritePlace(Lib0Writer writer, ClientBlocks client, in Block block, long from, long length)
    {
        if (block.Kind == BlockKind.Gc)
        {
            writer.WriteByte((byte)BlockKind.Gc);
            writer.WriteVarUint((ulong)length);
            return false;
        }

        var hasOrigin = from > 0 || block.OriginClient != Block.None;
        var hasKey = block.Container >= 0 && Containers[block.Container].Key != Block.None;
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
            writer.WriteVarUint(Clients[block.OriginClient].Id);
            writer.WriteVarUint((ulong)block.OriginClock);
        }

        if (block.RightClient != Block.None)
        {
            writer.WriteVarUint(Clients[block.RightClient].Id);
            writer.WriteVarUint((ulong)block.RightClock);
        }

        if (!hasOrigin && block.RightClient == Block.None)
        {
            WriteParent(writer, Containers[block.Container]);
        }

        return true;
    }

    private void WriteParent(Lib0Writer writer, in Container container)
    {
        if (container.RootName != Block.None)
        {
            writer.WriteVarUint(1);
            writer.WriteVarBytes(Containers.Name(container.RootName));
        }
        else
        {
            writer.WriteVarUint(0);
            writer.WriteVarUint(Clients[container.OwnerClient].Id);
            writer.WriteVarUint((ulong)container.OwnerClock);
        }

        if (container.Key != Block.None)
        {
            writer.WriteVarBytes(Containers.Name(container.Key));
        }
    }

    public static void WriteDeletes(Lib0Writer writer, ulong client, in RangeList ranges)
    {
        writer.WriteVarUint(client);
        writer.WriteVarUint((ulong)ranges.Count);
        WorkMeter.Count(ranges.Count);
        for (var i = 0; i < ranges.Count;)
        {
            var chunk = ranges.ChunkFrom(i);
            WriteRanges(writer, chunk);
            i += chunk.Length;
        }
    }

    private static void WriteRanges(Lib0Writer writer, ReadOnlySpan<ClockRange> ranges)
    {
        foreach (ref readonly var range in ranges)
        {
            writer.WriteVarUint((ulong)range.Start);
            writer.WriteVarUint((ulong)(range.End - range.Start));
        }
    }
}
