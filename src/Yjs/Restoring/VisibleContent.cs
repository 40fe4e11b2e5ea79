namespace Relay.Yjs;

/// <summary>
/// What a reader of a document sees, as bytes that are equal for equal content, whoever wrote it and in how many
/// pieces.
/// </summary>
internal sealed class VisibleContent
{
    /// <summary>Ends a sequence: no kind of a struct.</summary>
    private const byte End = 0xFF;

    private readonly RestorableDocument document;
    private readonly Sequences order;
    private readonly PieceContent content;
    private readonly ILookup<(int Client, long Clock), int> types;
    private readonly Queue<(int Client, long Clock)> waiting = new();
    private readonly Lib0Writer writer;

    private VisibleContent(RestorableDocument document, Sequences order, Lib0Writer writer)
    {
        (this.document, this.order, this.writer) = (document, order, writer);
        content = new PieceContent(document, order);
        types = document.TypesByItem();
    }

    /// <summary>Whether two documents show the same.</summary>
    public static bool IsSame(
        RestorableDocument left, Sequences leftOrder, RestorableDocument right, Sequences rightOrder)
    {
        using Lib0Writer leftBytes = new(1024), rightBytes = new(1024);
        new VisibleContent(left, leftOrder, leftBytes).Write();
        new VisibleContent(right, rightOrder, rightBytes).Write();
        return leftBytes.WrittenSpan.SequenceEqual(rightBytes.WrittenSpan);
    }

    private void Write()
    {
        // A root type of which nothing is left is as good as one that was never used.
        var roots = Enumerable.Range(0, document.Containers.All.Length)
            .Where(i => document.Containers[i].OwnerClient == Block.None && IsShown(i))
            .ToLookup(i => document.Containers[i].RootName);
        foreach (var root in roots.OrderBy(root => Text(root.Key), StringComparer.Ordinal))
        {
            writer.WriteVarBytes(document.Containers.Name(root.Key));
            WriteType(root);
        }

        // Types follow in the order in which they were met, never by recursion: nesting is as deep as a client likes.
        while (waiting.TryDequeue(out var type))
        {
            WriteType(types[type].Where(IsShown));
        }
    }

    private bool IsShown(int container)
    {
        if (document.Containers[container].Key != Block.None)
        {
            return order.Ends[container] is var last and not Piece.None && order.IsLive(last);
        }

        var piece = order.Starts[container];
        while (piece != Piece.None && !order.IsLive(piece))
        {
            WorkMeter.Count();
            piece = order[piece].Right;
        }

        return piece != Piece.None;
    }

    private void WriteType(IEnumerable<int> containers)
    {
        // The sequence first, then the keys.
        foreach (var container in containers.OrderBy(
            i => document.Containers[i].Key == Block.None
            ? ""
            : "=" + Text(document.Containers[i].Key), StringComparer.Ordinal))
        {
            if (document.Containers[container].Key is var key and not Block.None)
            {
                writer.WriteVarBytes(document.Containers.Name(key));
                WritePiece(order.Ends[container], BlockKind.Skip);
            }
            else
            {
                WriteSequence(container);
            }

            writer.WriteByte(End);
        }

        writer.WriteByte(End);
    }

    private void WriteSequence(int container)
    {
        var before = BlockKind.Skip;
        for (var piece = order.Starts[container]; piece != Piece.None; piece = order[piece].Right)
        {
            WorkMeter.Count();
            if (order.IsLive(piece))
            {
                before = WritePiece(piece, before);
            }
        }
    }

    /// <summary>Writes what a piece shows, as one with the text or the values before it.</summary>
    private BlockKind WritePiece(int piece, BlockKind before)
    {
        var kind = order.BlockOf(piece).Kind;
        if (kind != before || !BlockContent.IsJoinable(kind))
        {
            writer.WriteByte(End);
            writer.WriteByte((byte)kind);
        }

        writer.WriteBytes(content.Slice(piece, order[piece].Clock, order[piece].End));
        if (kind == BlockKind.Type)
        {
            waiting.Enqueue((order[piece].Client, order[piece].Clock));
        }

        return kind;
    }

    private string Text(int name) => System.Text.Encoding.UTF8.GetString(document.Containers.Name(name));
}
