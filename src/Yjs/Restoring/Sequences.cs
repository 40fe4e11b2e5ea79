namespace Relay.Yjs;

/// <summary>
/// The order of a document's structs in their sequences, deleted ones included, as Yjs integrates them
/// (<c>yjs/src/structs/Item.js</c>, <c>integrate</c>; the algorithm is YATA: Nicolaescu et al., Near Real-Time
/// Peer-to-Peer Shared Editing on Extensible Data Types, 2016). The entries of a key are such a sequence, too; the last
/// one counts. Takes time and memory in proportion to the document, and more only where many inserted at one
/// place without knowing of each other.
/// </summary>
internal sealed class Sequences
{
    private readonly RestorableDocument document;
    private readonly int[] firstOfClient;
    private readonly Piece[] pieces;
    private readonly int[] starts;
    private readonly int[] ends;

    private Sequences(RestorableDocument document)
    {
        this.document = document;
        (pieces, firstOfClient) = PieceCutter.Cut(document);
        starts = new int[document.Containers.All.Length];
        ends = new int[starts.Length];
        Array.Fill(starts, Piece.None);
        Array.Fill(ends, Piece.None);
    }

    /// <summary>
    /// Puts a normalized document in order; false when that takes more than <paramref name="maxConflicts"/> comparisons
    /// of structs that were inserted at one place.
    /// </summary>
    public static bool TryOrder(RestorableDocument document, long maxConflicts, out Sequences sequences)
    {
        sequences = new Sequences(document);
        return new PieceIntegration(document, sequences, maxConflicts).TryRun();
    }

    public Span<Piece> Pieces => pieces;

    /// <summary>The first piece of each container, by its index.</summary>
    public Span<int> Starts => starts;

    /// <summary>The last piece of each container, by its index.</summary>
    public Span<int> Ends => ends;

    public ref readonly Piece this[int piece] => ref pieces[piece];

    public ref readonly Block BlockOf(int piece) =>
        ref document.Clients[pieces[piece].Client].Blocks[pieces[piece].Block];

    /// <summary>Whether the piece has content.</summary>
    public bool IsLive(int piece) => BlockOf(piece).Kind != BlockKind.Deleted;

    /// <summary>The indices of a client's pieces; the end is exclusive.</summary>
    public (int First, int End) PiecesOf(int client) => (firstOfClient[client], firstOfClient[client + 1]);

    /// <summary>
    /// The first of a client's pieces that ends after a clock; the end of its pieces if there is none.
    /// </summary>
    public int FirstEndingAfter(int client, long clock)
    {
        var (low, high) = PiecesOf(client);
        WorkMeter.Count();
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (pieces[middle].End <= clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The piece that a clock is in; <see cref="Piece.None"/> where there is garbage or nothing.</summary>
    public int PieceAt(int client, long clock)
    {
        var found = FirstEndingAfter(client, clock);
        return found < firstOfClient[client + 1] && pieces[found].Clock <= clock ? found : Piece.None;
    }
}
