namespace Relay.Yjs;

/// <summary>
/// How the content of a struct is kept, and how it is cut and joined. Text is kept as UTF-8 without its length; JSON
/// and "any" as their elements without the count; nothing for GC and deleted; everything else as it stands on the wire.
/// So joining is appending.
/// </summary>
internal static class BlockContent
{
    /// <summary>U+FFFD, which Yjs leaves where it cuts a surrogate pair (<c>ContentString.splice</c>).</summary>
    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>Whether neighbours of this kind may be one struct.</summary>
    public static bool IsJoinable(BlockKind kind) =>
        kind is BlockKind.String or BlockKind.Any or BlockKind.Json or BlockKind.Deleted or BlockKind.Gc;

    /// <summary>
    /// Whether this is text, or several values: what no client puts under a key, except where all of it is deleted. Yjs
    /// takes it for one entry there, until something cuts it; then one half is left alive without being the last entry,
    /// and Yjs throws when the type is deleted.
    /// </summary>
    public static bool IsRun(BlockKind kind, long length) =>
        kind == BlockKind.String || (length > 1 && kind is (BlockKind.Any or BlockKind.Json));

    /// <summary>
    /// The part of a content from clock <paramref name="from"/> to <paramref name="to"/>, both counted from the
    /// struct's own first clock. For many parts: <see cref="ContentCursor"/>.
    /// </summary>
    public static ContentSlice Slice(BlockKind kind, ReadOnlySpan<byte> content, long length, long from, long to) =>
        new ContentCursor(kind, content, length).Slice(from, to);

    /// <summary>Writes the content as it stands on the wire.</summary>
    public static void Write(Lib0Writer writer, BlockKind kind, ReadOnlySpan<byte> content,
        ContentSlice slice, long length)
    {
        switch (kind)
        {
            case BlockKind.Deleted or BlockKind.Gc or BlockKind.Skip:
                writer.WriteVarUint((ulong)length);
                return;
            case BlockKind.String:
                writer.WriteVarUint((ulong)slice.Bytes);
                break;
            case BlockKind.Any or BlockKind.Json:
                writer.WriteVarUint((ulong)length);
                break;
            default:
                break;
        }

        WriteSlice(writer, content, slice);
    }

    /// <summary>Writes a part of a content, without a length.</summary>
    public static void WriteSlice(Lib0Writer writer, ReadOnlySpan<byte> content, ContentSlice slice)
    {
        if (slice.ReplacementBefore)
        {
            writer.WriteBytes(Replacement);
        }

        writer.WriteBytes(content[slice.Start..slice.End]);
        if (slice.ReplacementAfter)
        {
            writer.WriteBytes(Replacement);
        }
    }

    /// <summary>
    /// Copies the part to <paramref name="target"/>, which has <see cref="ContentSlice.Bytes"/> bytes.
    /// </summary>
    public static void Copy(ReadOnlySpan<byte> content, ContentSlice slice, Span<byte> target)
    {
        WorkMeter.CountBytes(slice.Bytes);
        if (slice.ReplacementBefore)
        {
            Replacement.CopyTo(target);
            target = target[Replacement.Length..];
        }

        content[slice.Start..slice.End].CopyTo(target);
        if (slice.ReplacementAfter)
        {
            Replacement.CopyTo(target[(slice.End - slice.Start)..]);
        }
    }

    /// <summary>
    /// The most clocks from <paramref name="from"/> on that fit into <paramref name="maxBytes"/> without cutting a
    /// surrogate pair; at least one element or one character.
    /// </summary>
    public static long LengthThatFits(BlockKind kind, ReadOnlySpan<byte> content, long length, long from, int maxBytes)
    {
        switch (kind)
        {
            case BlockKind.String:
                var start = Utf16.ByteOffset(content, from, out _);
                if (content.Length - start <= maxBytes)
                {
                    return length - from;
                }

                var end = Math.Max(start + maxBytes, start + 4);
                if (end >= content.Length)
                {
                    return length - from;
                }

                while ((content[end] & 0xC0) == 0x80)
                {
                    end--;
                }

                return Math.Max(Utf16.Length(content[start..end]), 1);
            case BlockKind.Any or BlockKind.Json:
                var reader = new Lib0Reader(content);
                SkipElements(ref reader, kind, from);
                var first = reader.Position;
                long fitting = 0;
                while (from + fitting < length)
                {
                    SkipElements(ref reader, kind, 1);
                    if (reader.Position - first > maxBytes && fitting > 0)
                    {
                        break;
                    }

                    fitting++;
                }

                return fitting;
            default:
                return length - from;
        }
    }

    /// <summary>Reads past elements that were checked before.</summary>
    public static void SkipElements(ref Lib0Reader reader, BlockKind kind, long count)
    {
        for (; count > 0; count--)
        {
            WorkMeter.Count();
            if (kind == BlockKind.Any)
            {
                AnyValue.Check(ref reader, UpdateDecoder.MaxDepth);
            }
            else
            {
                reader.ReadVarBytes();
            }
        }
    }
}
