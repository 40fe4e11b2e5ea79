namespace Relay.Yjs;

/// <summary>Brings the pieces of a document into their sequences one by one, each after those that it names.</summary>
internal sealed class PieceIntegration
{
    private readonly RestorableDocument document;
    private readonly Sequences sequences;
    private readonly int[] next;
    private readonly int[] passedFor;
    private readonly int[] conflictOf;
    private int conflicts;
    private long comparisonsLeft;

    public PieceIntegration(RestorableDocument document, Sequences sequences, long maxConflicts)
    {
        (this.document, this.sequences, comparisonsLeft) = (document, sequences, maxConflicts);
        next = new int[document.Clients.Count];
        for (var i = 0; i < next.Length; i++)
        {
            next[i] = sequences.PiecesOf(i).First;
        }

        passedFor = new int[sequences.Pieces.Length];
        Array.Fill(passedFor, Piece.None);
        conflictOf = new int[sequences.Pieces.Length];
    }

    /// <summary>Places all; false when too many were inserted at one place.</summary>
    public bool TryRun()
    {
        // Who waits for whom: the last piece of a client that the one below it needs.
        var waiting = new Stack<(int Client, int Until)>();
        for (var client = 0; client < next.Length; client++)
        {
            waiting.Push((client, sequences.PiecesOf(client).End - 1));
            WorkMeter.Count();
            while (comparisonsLeft >= 0 && waiting.TryPeek(out var top))
            {
                var needed = PlaceUntil(top.Client, top.Until);
                if (needed == Piece.None)
                {
                    waiting.Pop();
                }
                else
                {
                    waiting.Push((sequences[needed].Client, needed));
                }
            }
        }

        return comparisonsLeft >= 0;
    }

    /// <summary>
    /// Places a client's pieces in order up to one of them, or until one names a piece that has no place yet: that is
    /// returned.
    /// </summary>
    private int PlaceUntil(int client, int until)
    {
        for (; next[client] <= until && comparisonsLeft >= 0; next[client]++)
        {
            WorkMeter.Count();
            var index = next[client];
            ref var piece = ref sequences.Pieces[index];
            ref readonly var block = ref sequences.BlockOf(index);
            if (piece.Clock > block.Clock)
            {
                // The part before it may have been placed long ago, and others after that.
                (piece.Origin, piece.RightOrigin) = (index - 1, sequences[index - 1].RightOrigin);
            }
            else
            {
                piece.Origin = block.OriginClient == Block.None
                    ? Piece.None
                    : sequences.PieceAt(block.OriginClient, block.OriginClock);
                piece.RightOrigin = block.RightClient == Block.None
                    ? Piece.None
                    : sequences.PieceAt(block.RightClient, block.RightClock);
            }

            if (piece.Origin != Piece.None && !IsPlaced(piece.Origin))
            {
                return piece.Origin;
            }

            if (piece.RightOrigin != Piece.None && !IsPlaced(piece.RightOrigin))
            {
                return piece.RightOrigin;
            }

            Link(index, block.Container, FindLeft(index, block.Container));
        }

        return Piece.None;
    }

    private bool IsPlaced(int piece) => piece < next[sequences[piece].Client];

    /// <summary>
    /// The piece after which this one comes. As a rule its origin still stands right before its right origin; otherwise
    /// others were inserted there meanwhile, and whoever knew of which decides: those that were inserted
    /// after the same origin are ordered by client id, and what was inserted after one of them stays behind it.
    /// </summary>
    private int FindLeft(int index, int container)
    {
        ref readonly var piece = ref sequences[index];
        var left = piece.Origin;
        var atPlace = left == Piece.None
            ? piece.RightOrigin != Piece.None && sequences[piece.RightOrigin].Left == Piece.None
            : sequences[left].Right == piece.RightOrigin;
        if (atPlace)
        {
            return left;
        }

        var id = IdOfClient(index);
        conflicts++;
        for (var other = left == Piece.None
            ? sequences.Starts[container]
            : sequences[left].Right; other != Piece.None && other != piece.RightOrigin; other = sequences[other].Right)
        {
            if (--comparisonsLeft < 0)
            {
                break;
            }

            (passedFor[other], conflictOf[other]) = (index, conflicts);
            var origin = sequences[other].Origin;
            if (origin == piece.Origin)
            {
                if (IdOfClient(other) < id)
                {
                    left = other;
                    conflicts++;
                }
                else if (sequences[other].RightOrigin == piece.RightOrigin)
                {
                    break;
                }
            }
            else if (origin != Piece.None && passedFor[origin] == index)
            {
                if (conflictOf[origin] != conflicts)
                {
                    left = other;
                    conflicts++;
                }
            }
            else
            {
                break;
            }
        }

        return left;
    }

    private ulong IdOfClient(int piece) => document.Clients[sequences[piece].Client].Id;

    private void Link(int index, int container, int left)
    {
        var pieces = sequences.Pieces;
        ref var after = ref left == Piece.None ? ref sequences.Starts[container] : ref pieces[left].Right;
        var right = after;
        after = index;
        (pieces[index].Left, pieces[index].Right) = (left, right);
        if (right == Piece.None)
        {
            sequences.Ends[container] = index;
        }
        else
        {
            pieces[right].Left = index;
        }
    }
}
