using System.Text;

namespace Relay.Yjs;

/// <summary>
/// The content of a document's pieces and of parts of them. A struct of text or of values is taken apart once, however
/// many parts are asked for, so that a document full of small deletions costs no more than its size.
/// </summary>
internal sealed class PieceContent(RestorableDocument document, Sequences order)
{
    private readonly Sequences order = order;
    private readonly Dictionary<(int Client, int Block), string> texts = [];
    private readonly Dictionary<(int Client, int Block), int[]> elementStarts = [];

    /// <summary>Whether a place strictly inside a piece is between the halves of one character.</summary>
    public bool IsInsidePair(int piece, long clock)
    {
        ref readonly var block = ref order.BlockOf(piece);
        return block.Kind == BlockKind.String
            && char.IsHighSurrogate(TextOf(piece, block)[(int)(clock - block.Clock) - 1]);
    }

    /// <summary>
    /// The content from clock <paramref name="from"/> to <paramref name="to"/> of a piece, as
    /// <see cref="BlockContent"/> keeps it. Halves of characters become U+FFFD, as in Yjs.
    /// </summary>
    public ReadOnlySpan<byte> Slice(int piece, long from, long to)
    {
        WorkMeter.CountBytes(to - from);
        ref readonly var block = ref order.BlockOf(piece);
        var content = document.Clients[order[piece].Client].Content(block);
        if (from == block.Clock && to == block.End)
        {
            return content;
        }

        var (start, end) = ((int)(from - block.Clock), (int)(to - block.Clock));
        if (block.Kind == BlockKind.String)
        {
            return Encoding.UTF8.GetBytes(TextOf(piece, block)[start..end]);
        }

        var starts = ElementsOf(piece, block, content);
        return content[starts[start]..starts[end]];
    }

    /// <summary>
    /// Cuts the clocks from <paramref name="from"/> to <paramref name="to"/> into parts of which this content says the
    /// same as another one, and parts of which it does not: whole characters that were cut here, or there.
    /// </summary>
    /// <param name="piece">The piece here.</param>
    /// <param name="other">The other content.</param>
    /// <param name="otherPiece">The piece there.</param>
    /// <param name="from">The first clock: not inside a character there.</param>
    /// <param name="to">The end, exclusive: not inside a character there.</param>
    public List<(long Clock, long Length, bool IsSame)> Compare(int piece, PieceContent other, int otherPiece,
        long from, long to)
    {
        if (order.BlockOf(piece).Kind != BlockKind.String || other.order.BlockOf(otherPiece).Kind != BlockKind.String)
        {
            return [(from, to - from, true)];
        }

        var mine = TextOf(piece, from, to);
        var theirs = other.TextOf(otherPiece, from, to);
        var parts = new List<(long Clock, long Length, bool IsSame)>();
        for (var at = 0; at < mine.Length;)
        {
            WorkMeter.Count();
            var same = mine[at..].CommonPrefixLength(theirs[at..]);
            if (same > 0 && at + same < mine.Length && char.IsLowSurrogate(theirs[at + same]))
            {
                same--;
            }

            if (same > 0)
            {
                parts.Add((from + at, same, true));
                at += same;
            }

            if (at < mine.Length)
            {
                var length = char.IsHighSurrogate(theirs[at]) && at + 1 < theirs.Length ? 2 : 1;
                parts.Add((from + at, length, false));
                at += length;
            }
        }

        return parts;
    }

    /// <summary>Text in UTF-16. A half of a character at an end was cut there.</summary>
    private ReadOnlySpan<char> TextOf(int piece, long from, long to)
    {
        ref readonly var block = ref order.BlockOf(piece);
        var text = TextOf(piece, block);
        var (start, end) = ((int)(from - block.Clock), (int)(to - block.Clock));
        return text.AsSpan(start, end - start);
    }

    private string TextOf(int piece, in Block block)
    {
        var key = (order[piece].Client, order[piece].Block);
        if (!texts.TryGetValue(key, out var text))
        {
            WorkMeter.CountBytes(block.ContentLength);
            texts.Add(key, text = Encoding.UTF8.GetString(document.Clients[key.Client].Content(block)));
        }

        return text;
    }

    /// <summary>Where each element begins, and where the last one ends.</summary>
    private int[] ElementsOf(int piece, in Block block, ReadOnlySpan<byte> content)
    {
        var key = (order[piece].Client, order[piece].Block);
        if (!elementStarts.TryGetValue(key, out var starts))
        {
            starts = new int[block.Length + 1];
            var reader = new Lib0Reader(content);
            for (var i = 0; i < block.Length; i++)
            {
                WorkMeter.Count();
                if (block.Kind == BlockKind.Any)
                {
                    AnyValue.Check(ref reader, UpdateDecoder.MaxDepth);
                }
                else
                {
                    reader.ReadVarBytes();
                }

                starts[i + 1] = reader.Position;
            }

            elementStarts.Add(key, starts);
        }

        return starts;
    }
}
