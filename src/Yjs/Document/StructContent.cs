namespace Relay.Yjs;

/// <summary>
/// The content of one struct of an update: that of a block, or of several that are one (<see cref="Block.Continues"/>).
/// </summary>
internal static class StructContent
{
    /// <summary>Writes the content of a struct, which may lie in several blocks.</summary>
    /// <param name="writer">What is written to.</param>
    /// <param name="client">The client.</param>
    /// <param name="first">The first block.</param>
    /// <param name="end">The index after the last.</param>
    /// <param name="from">The clock at which it begins.</param>
    /// <param name="to">The clock after its last.</param>
    /// <param name="contentBefore">The bytes of the first block's content before that, or -1 to look for them.</param>
    public static void Write(Lib0Writer writer, ClientBlocks client, int first, int end, long from, long to,
        int contentBefore)
    {
        ref readonly var blocks = ref client.Blocks;
        var kind = blocks[first].Kind;
        var slice = Slice(client, blocks[first], from, to, contentBefore, out var content);
        if (end - first == 1)
        {
            BlockContent.Write(writer, kind, content, slice, to - from);
            return;
        }

        long bytes = slice.Bytes;
        for (var i = first + 1; i < end; i++)
        {
            bytes += Slice(client, blocks[i], from, to, -1, out _).Bytes;
        }

        writer.WriteVarUint((ulong)(kind == BlockKind.String ? bytes : to - from));
        BlockContent.WriteSlice(writer, content, slice);
        for (var i = first + 1; i < end; i++)
        {
            slice = Slice(client, blocks[i], from, to, -1, out content);
            BlockContent.WriteSlice(writer, content, slice);
        }
    }

    /// <summary>The part of a block's content between two clocks, as far as they lie in it.</summary>
    private static ContentSlice Slice(ClientBlocks client, in Block block, long start, long end, int contentBefore,
        out ReadOnlySpan<byte> content)
    {
        content = client.Content(block);
        var (from, to) = (Math.Max(start - block.Clock, 0), Math.Min(end - block.Clock, block.Length));
        var (skipped, length) = (0L, block.Length);
        if (contentBefore > 0)
        {
            content = content[contentBefore..];
            (skipped, length) = (from, block.Length - from);
        }

        return block.Kind == BlockKind.Deleted ? default
            : skipped == from && length == to - skipped ? new ContentSlice(0, content.Length, false, false)
            : BlockContent.Slice(block.Kind, content, length, from - skipped, to - skipped);
    }
}
