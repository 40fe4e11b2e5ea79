namespace Relay.Yjs;

/// <summary>Writes the parts of one block, which a collection cuts, from left to right.</summary>
internal ref struct CollectedParts(Containers containers, int index, in Block block, ReadOnlySpan<byte> content,
    BlockRewrite blocks, ref ContentRewrite contents)
{
    private readonly ref readonly Block block = ref block;
    private readonly ref ContentRewrite contents = ref contents;
    private readonly ReadOnlySpan<byte> content = content;
    private ContentCursor cursor = new(block.Kind, content, block.Length);

    /// <summary>Writes the part between two clocks, if there is any.</summary>
    public void Write(long from, long to, bool deleted, bool isSingle)
    {
        if (isSingle && !deleted && from < to)
        {
            WriteValues(from, to);
            return;
        }

        for (var at = from; at < to;)
        {
            var end = isSingle ? at + 1 : to;
            Write(at, end, deleted);
            at = end;
        }
    }

    /// <summary>
    /// Writes values one by one. None of them joins the one before it, because neither stands in a sequence.
    /// </summary>
    private void WriteValues(long from, long to)
    {
        var slice = cursor.Slice(from - block.Clock, to - block.Clock);
        var part = block;
        (part.Length, part.Continues) = (1, false);
        var isAtOnce = slice.Bytes <= ContentBuffer.ChunkBytes;
        part.Content = isAtOnce ? contents.Add(block, slice) : 0;
        var reader = new Lib0Reader(
            isAtOnce ? contents.Written(part.Content, slice.Bytes) : content[slice.Start..slice.End]);
        for (; from < to; from++)
        {
            var start = reader.Position;
            BlockContent.SkipElements(ref reader, part.Kind, 1);
            part.ContentLength = reader.Position - start;
            if (!isAtOnce)
            {
                var value = new ContentSlice(slice.Start + start, slice.Start + reader.Position, false, false);
                part.Content = contents.Add(block, value);
            }

            part.Clock = from;
            if (part.Clock > block.Clock)
            {
                (part.OriginClient, part.OriginClock) = (index, part.Clock - 1);
            }

            blocks.Add(part);
            part.Content += isAtOnce ? part.ContentLength : 0;
        }
    }

    /// <summary>Writes a part, joined with what was written last where that loses nothing.</summary>
    private void Write(long from, long to, bool deleted)
    {
        WorkMeter.Count();
        var part = block;
        if (from > block.Clock)
        {
            (part.OriginClient, part.OriginClock) = (index, from - 1);
        }

        (part.Clock, part.Length) = (from, to - from);
        (part.Content, part.ContentLength, part.Continues) = (contents.End, 0, false);
        if (deleted)
        {
            part.Kind = BlockKind.Deleted;
        }
        else if (part.Kind is not (BlockKind.Deleted or BlockKind.Gc))
        {
            var slice = cursor.Slice(from - block.Clock, to - block.Clock);
            part.ContentLength = slice.Bytes;
            part.Content = contents.Add(block, slice);
        }

        if (!blocks.IsEmpty)
        {
            ref var last = ref blocks.Last;
            if (Joins(last, part))
            {
                part.Continues = part.ContentLength > 0 && !ContentBuffer.EndsAt(last, part.Content);
                if (!part.Continues)
                {
                    last.Length += part.Length;
                    last.ContentLength += part.ContentLength;
                    return;
                }
            }
        }

        blocks.Add(part);
    }

    /// <summary>
    /// Whether a struct may be one with the one before it, of the same client: it was inserted right after it, and Yjs
    /// would cut the joined one to the same two. Live entries of a key are never joined: Yjs takes the joined one for
    /// one entry.
    /// </summary>
    private readonly bool Joins(in Block last, in Block part)
    {
        if (last.End != part.Clock || last.Kind != part.Kind || !BlockContent.IsJoinable(part.Kind))
        {
            return false;
        }

        if (part.Kind == BlockKind.Gc)
        {
            return true;
        }

        return part.OriginClient == index && part.OriginClock == part.Clock - 1
            && part.RightClient == last.RightClient
                && (part.RightClient == Block.None || part.RightClock == last.RightClock)
            && part.Container == last.Container && (part.Kind == BlockKind.Deleted || containers.IsInSequence(last));
    }
}
