namespace Relay.Yjs;

/// <summary>
/// Cuts a content into parts from left to right. It goes on where the part before ended, so that all parts together
/// cost one walk through the content, however many they are.
/// </summary>
/// <param name="kind">What the content is.</param>
/// <param name="content">The content, as <see cref="BlockContent"/> keeps it.</param>
/// <param name="length">Its length in clocks.</param>
internal ref struct ContentCursor(BlockKind kind, ReadOnlySpan<byte> content, long length)
{
    private readonly ReadOnlySpan<byte> content = content;

    // The byte that the walk has reached, and how many clocks lie before it. Of a pair that was cut it has passed both
    // halves: a collection may have written there since.
    private int at;
    private long passed;

    /// <summary>
    /// The part from clock <paramref name="from"/> to <paramref name="to"/>, both counted from the content's first
    /// clock; not before the end of the part before.
    /// </summary>
    public ContentSlice Slice(long from, long to)
    {
        if (from == 0 && to == length)
        {
            return new ContentSlice(0, content.Length, false, false);
        }

        switch (kind)
        {
            case BlockKind.String:
                var cutBefore = PassText(from);
                var start = at;
                var cutAfter = to != length && PassText(to);
                var end = to == length ? content.Length : cutAfter ? at - Utf16.PairBytes : at;
                return new ContentSlice(start, end, cutBefore, cutAfter);
            case BlockKind.Any or BlockKind.Json:
                PassElements(from);
                var first = at;
                if (to == length)
                {
                    return new ContentSlice(first, content.Length, false, false);
                }

                PassElements(to);
                return new ContentSlice(first, at, false, false);
            default:
                return default;
        }
    }

    /// <summary>Goes on to a clock; says whether that is between the halves of a surrogate pair.</summary>
    private bool PassText(long clock)
    {
        if (clock < passed)
        {
            // Between the halves of the pair that was passed last.
            return true;
        }

        at += Utf16.ByteOffset(content[at..], clock - passed, out var insidePair);
        passed = clock;
        if (insidePair)
        {
            at += Utf16.PairBytes;
            passed++;
        }

        return insidePair;
    }

    private void PassElements(long clock)
    {
        var reader = new Lib0Reader(content[at..]);
        BlockContent.SkipElements(ref reader, kind, clock - passed);
        at += reader.Position;
        passed = clock;
    }
}
