namespace Relay.Yjs;

/// <summary>
/// Compares two states of a document type by type, from the roots down, and writes what makes the present one show what
/// the older one showed. What is visible now and was not then is deleted. What was visible then and is
/// not now is copied: in a type that is still there, right behind what was deleted; a type that is gone is copied with
/// everything that was in it.
/// </summary>
internal sealed class Restoration
{
    private readonly RestorableDocument now;
    private readonly RestorableDocument then;
    private readonly Sequences nowOrder;
    private readonly Sequences thenOrder;
    private readonly PieceContent content;
    private readonly PieceContent nowContent;
    private readonly RestoreWriter writer;
    private readonly int[] thenClients;

    /// <summary>The older document's container for each of the present one.</summary>
    private readonly Dictionary<int, int> thenContainers;

    private readonly ILookup<(int Client, long Clock), int> nowTypes;
    private readonly ILookup<(int Client, long Clock), int> thenTypes;

    /// <summary>Types that are visible in both, by their items in the present document.</summary>
    private readonly Queue<(int Client, long Clock)> kept = new();

    /// <summary>Types that are copied: their items in the older document, and the clocks of the copies.</summary>
    private readonly Queue<(int Client, long Clock, long Copy)> copied = new();

    /// <summary>
    /// What is to be copied to the place where the walk through a sequence is: parts of pieces of the older document.
    /// </summary>
    private readonly List<(int Piece, long From, long To)> run = [];

    public Restoration(RestorableDocument now, RestorableDocument then, Dictionary<int, int> thenContainers,
        Sequences nowOrder,
        Sequences thenOrder, RestoreWriter writer)
    {
        (this.now, this.then, this.thenContainers, this.nowOrder, this.thenOrder, this.writer) = (now, then,
            thenContainers, nowOrder, thenOrder, writer);
        (content, nowContent) = (new PieceContent(then, thenOrder), new PieceContent(now, nowOrder));
        thenClients = [.. now.Clients.Select(client => then.IndexOfClient(client.Id))];
        (nowTypes, thenTypes) = (now.TypesByItem(), then.TypesByItem());
    }

    public void Run()
    {
        for (var i = 0; i < now.Containers.All.Length; i++)
        {
            if (now.Containers[i].OwnerClient == Block.None)
            {
                Compare(i);
            }
        }

        while (kept.TryDequeue(out var type))
        {
            foreach (var container in nowTypes[type])
            {
                Compare(container);
            }
        }

        while (copied.TryDequeue(out var type))
        {
            foreach (var container in thenTypes[(type.Client, type.Clock)])
            {
                Copy(container, type.Copy);
            }
        }
    }

    private void Compare(int container)
    {
        var older = thenContainers.GetValueOrDefault(container, Piece.None);
        if (now.Containers[container].Key == Block.None)
        {
            CompareSequence(container, older);
        }
        else
        {
            CompareKey(container, older);
        }
    }

    /// <summary>Of a key only the last entry counts.</summary>
    private void CompareKey(int container, int older)
    {
        var last = LiveOrNone(nowOrder, nowOrder.Ends[container]);
        var lastThen = older == Piece.None ? Piece.None : LiveOrNone(thenOrder, thenOrder.Ends[older]);
        if (last != Piece.None && lastThen != Piece.None
            && LastId(now, nowOrder, last) == LastId(then, thenOrder, lastThen))
        {
            Keep(last, nowOrder[last].Clock);
            return;
        }

        if (last != Piece.None)
        {
            writer.Delete(now.Clients[nowOrder[last].Client].Id, nowOrder[last].Clock, nowOrder[last].End);
        }

        if (lastThen != Piece.None)
        {
            var end = nowOrder.Ends[container];
            CopyEntry(lastThen, PlaceIn(container, end == Piece.None ? null : LastId(now, nowOrder, end), right: null));
        }
    }

    private void CompareSequence(int container, int older)
    {
        (ulong Client, long Clock)? before = null;
        for (var piece = nowOrder.Starts[container]; piece != Piece.None; piece = nowOrder[piece].Right)
        {
            WorkMeter.Count();
            var client = now.Clients[nowOrder[piece].Client].Id;
            if (nowOrder.IsLive(piece))
            {
                CopyRun(PlaceIn(container, before, (client, nowOrder[piece].Clock)));
            }

            ComparePiece(container, piece, older);
            before = (client, nowOrder[piece].End - 1);
        }

        CopyRun(PlaceIn(container, before, right: null));
    }

    /// <summary>Goes through the parts of a piece that were one piece then, or not there.</summary>
    private void ComparePiece(int container, int index, int older)
    {
        var piece = nowOrder[index];
        var thenClient = older == Piece.None ? Block.None : thenClients[piece.Client];
        var (at, next, end) = (piece.Clock, 0, 0);
        if (thenClient != Block.None)
        {
            (next, end) = (thenOrder.FirstEndingAfter(thenClient, at), thenOrder.PiecesOf(thenClient).End);
        }

        for (; next < end && thenOrder[next].Clock < piece.End; next++)
        {
            WorkMeter.Count();
            var from = Math.Max(at, thenOrder[next].Clock);
            DeletePart(index, at, from);
            at = Math.Min(piece.End, thenOrder[next].End);
            if (thenOrder.IsLive(next))
            {
                ComparePart(container, index, next, from, at);
            }
            else
            {
                DeletePart(index, from, at);
            }
        }

        DeletePart(index, at, piece.End);
    }

    /// <summary>
    /// A part that was visible then. A character that was whole then and is cut now, with something between its halves
    /// or with one half deleted, stays cut for ever: what is left of it is deleted, and it is copied where its
    /// second half is. One of which the present state has only what Yjs leaves in the place of halves is copied, too.
    /// </summary>
    private void ComparePart(int container, int index, int older, long from, long to)
    {
        if (from > thenOrder[older].Clock && content.IsInsidePair(older, from))
        {
            DeletePart(index, from, from + 1);
            run.Add((older, from - 1, from + 1));
            from++;
        }

        var end = to;
        if (to < thenOrder[older].End && content.IsInsidePair(older, to))
        {
            end--;
            DeletePart(index, end, to);
        }

        if (from >= end)
        {
            return;
        }

        if (!nowOrder.IsLive(index))
        {
            run.Add((older, from, end));
            return;
        }

        foreach (var (at, length, isSame) in nowContent.Compare(index, content, older, from, end))
        {
            if (isSame)
            {
                var client = now.Clients[nowOrder[index].Client].Id;
                CopyRun(PlaceIn(container, at > nowOrder[index].Clock ? (client, at - 1) : null, (client, at)));
                Keep(index, at);
            }
            else
            {
                DeletePart(index, at, at + length);
                run.Add((older, at, at + length));
            }
        }
    }

    private void DeletePart(int index, long from, long to)
    {
        if (from < to && nowOrder.IsLive(index))
        {
            writer.Delete(now.Clients[nowOrder[index].Client].Id, from, to);
        }
    }

    private void Keep(int index, long clock)
    {
        if (nowOrder.BlockOf(index).Kind == BlockKind.Type)
        {
            kept.Enqueue((nowOrder[index].Client, clock));
        }
    }

    /// <summary>Copies all that was visible in a container of the older document into the copy of its type.</summary>
    private void Copy(int older, long type)
    {
        var key = KeyOf(then, older);
        var place = new CopyPlace(null, null, (writer.Client, type), default, key);
        if (key is not null)
        {
            if (LiveOrNone(thenOrder, thenOrder.Ends[older]) is var last and not Piece.None)
            {
                CopyEntry(last, place);
            }

            return;
        }

        for (var piece = thenOrder.Starts[older]; piece != Piece.None; piece = thenOrder[piece].Right)
        {
            if (thenOrder.IsLive(piece))
            {
                run.Add((piece, thenOrder[piece].Clock, thenOrder[piece].End));
            }
        }

        CopyRun(place);
    }

    private void CopyEntry(int older, in CopyPlace place)
    {
        run.Add((older, thenOrder[older].Clock, thenOrder[older].End));
        CopyRun(place);
    }

    private void CopyRun(in CopyPlace place)
    {
        if (run.Count == 0)
        {
            return;
        }

        writer.Begin(place);
        foreach (var (piece, from, to) in run)
        {
            WorkMeter.Count();
            var kind = thenOrder.BlockOf(piece).Kind;
            var copy = writer.Add(kind, content.Slice(piece, from, to), to - from);
            if (kind == BlockKind.Type)
            {
                copied.Enqueue((thenOrder[piece].Client, from, copy));
            }
        }

        writer.End();
        run.Clear();
    }

    private CopyPlace PlaceIn(int container, (ulong Client, long Clock)? origin, (ulong Client, long Clock)? right)
    {
        ref readonly var named = ref now.Containers[container];
        return new CopyPlace(
            origin, right, named.OwnerClient == Block.None
                ? null
                : (now.Clients[named.OwnerClient].Id, named.OwnerClock),
            named.RootName == Block.None ? default : now.Containers.NameMemory(named.RootName), KeyOf(now, container));
    }

    private static ReadOnlyMemory<byte>? KeyOf(RestorableDocument document, int container) =>
        document.Containers[container].Key is var key and not Block.None
            ? document.Containers.NameMemory(key)
            : default(ReadOnlyMemory<byte>?);

    private static int LiveOrNone(Sequences order, int piece) =>
        piece != Piece.None && order.IsLive(piece) ? piece : Piece.None;

    private static (ulong Client, long Clock) LastId(RestorableDocument document, Sequences order, int piece) =>
        (document.Clients[order[piece].Client].Id, order[piece].End - 1);
}
