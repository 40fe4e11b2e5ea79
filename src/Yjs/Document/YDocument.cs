namespace Relay.Yjs;

/// <summary>
/// A Yjs document as a relay needs it: the set of structs and the set of deletes, not the integrated sequence. Applying
/// an update is a set union: order-free and idempotent, with no queue of pending updates. Not thread-safe: one owner at
/// a time.
/// </summary>
/// <remarks>
/// What arrives is appended as it is; joining neighbours and dropping what is deleted (<c>YDocument.Collection.cs</c>)
/// waits until somebody asks for the encoded document or until as much has come as is there, so that it costs each
/// update a constant share.
/// </remarks>
public sealed partial class YDocument
{
    /// <summary>Updates and deletes that may wait for a collection even in the smallest document.</summary>
    private const int SmallestCollection = 256;

    /// <summary>This object, its lists and its tables while they are empty.</summary>
    private const long ObjectBytes = 640;

    /// <summary>An entry of the table from clients to their indices, with its bucket.</summary>
    private const long IndexBytes = 28;

    /// <summary>The bytes of the smallest change in an update: a delete range.</summary>
    private const int BytesPerChange = 2;

    /// <summary>Each is filled with a struct of its own, within a microsecond.</summary>
    private const int ManyHoles = 4096;

    private readonly List<ClientBlocks> clients = [];
    private readonly Dictionary<ClientKey, int> clientIndices = [];
    private readonly Containers containers = new();
    private readonly bool normalizes;
    private int lastClient = Block.None;
    private int changesSinceCollection;
    private long clientBytes;
    private long clientGaps;
    private ClientBlocks? touched;
    private long sizeAfterCollection;

    /// <param name="garbageCollection">Drop deleted content, as Yjs does by default. False serves clients with <c>gc:
    /// false</c>.</param>
    public YDocument(bool garbageCollection = true)
        : this(garbageCollection, normalizes: true)
    {
    }

    /// <param name="garbageCollection">Drop deleted content.</param>
    /// <param name="normalizes">Find out where each struct belongs. Not needed to merge updates.</param>
    private YDocument(bool garbageCollection, bool normalizes) =>
        (GarbageCollection, this.normalizes) = (garbageCollection, normalizes);

    public bool GarbageCollection { get; }

    /// <summary>Whether nothing was ever applied: no struct and no delete.</summary>
    public bool IsEmpty => clients.TrueForAll(client => client.Count == 0 && client.Deletes.IsEmpty);

    /// <summary>
    /// What the document takes in memory, in bytes, with what collecting it may add: a deleted character in the middle
    /// of a text makes one struct three. Tests compare it with what the garbage collector
    /// says. Costs nothing to ask for.
    /// </summary>
    public long MemoryBytes
    {
        get
        {
            CountTouched();
            return ObjectBytes + containers.MemoryBytes + clientBytes + (clientIndices.Capacity * IndexBytes)
                + (8L * (clients.Capacity + descending.Capacity));
        }
    }

    /// <summary>
    /// Whether an update of so many bytes may make a collection due, which goes through the whole document. Costs
    /// nothing to ask for.
    /// </summary>
    public bool MayBeCollected(long updateBytes) => IsCollectionDue(updateBytes / BytesPerChange);

    /// <summary>
    /// Whether there are so many holes between structs that even a small update, which may fill all of them, can take
    /// as long as going through the whole document. Costs nothing to ask for.
    /// </summary>
    public bool HasManyHoles
    {
        get
        {
            CountTouched();
            return clientGaps > ManyHoles;
        }
    }

    /// <summary>
    /// Adds an update (format V1), wholly or not at all. What strangers send goes through
    /// <see cref="TryGetNews(ReadOnlyMemory{byte}, out ReadOnlyMemory{byte}, out YjsError, bool)"/> first, which
    /// refuses more.
    /// </summary>
    /// <param name="update">The bytes. Nothing of this memory is kept.</param>
    /// <param name="news">The part that was new, as an update: the same memory when all was, empty when nothing
    /// was.</param>
    /// <param name="error">Why the update was refused.</param>
    public bool TryApply(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out YjsError error)
    {
        var decoded = DecodedUpdate.Rent();
        var readable = UpdateDecoder.TryDecode(update.Span, decoded, out error);
        news = readable ? FindNews(decoded, update) : default;
        if (!news.IsEmpty)
        {
            Apply(decoded, update.Span);
        }

        decoded.Return();
        return readable;
    }

    /// <summary>
    /// Says what <see cref="TryApply"/> would find new, and changes nothing. Refuses also what does harm only together
    /// with what it refers to: a check for what strangers send, not for what is logged, because nodes that know
    /// different parts of a document would answer differently.
    /// </summary>
    /// <param name="update">The bytes.</param>
    /// <param name="news">The part that is new, as an update: the same memory when all is, empty when nothing
    /// is.</param>
    /// <param name="error">Why the update is refused.</param>
    /// <param name="isAccepted">It was accepted before, by this check or another node's, and is not to be refused for
    /// what has become known since.</param>
    public bool TryGetNews(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out YjsError error,
        bool isAccepted = false)
    {
        var decoded = DecodedUpdate.Rent();
        var readable = UpdateDecoder.TryDecode(update.Span, decoded, out error)
            && (isAccepted || !PutsRunUnderKey(decoded, update.Span, out _, out error));
        news = readable ? FindNews(decoded, update) : default;
        decoded.Return();
        return readable;
    }

    /// <summary>
    /// The same, and says what applying what is new would cost. Where that is more than there is room for, the news is
    /// not put together, which takes about as much memory.
    /// </summary>
    /// <param name="update">The bytes.</param>
    /// <param name="room">How much the document may grow by, in bytes of memory.</param>
    /// <param name="news">The part that is new; empty too if there is no room for it.</param>
    /// <param name="cost">What it would cost; nothing where nothing is new.</param>
    /// <param name="extent">What the news covers, if all of the update is new and its extent is known.</param>
    /// <param name="error">Why the update is refused.</param>
    public bool TryGetNews(ReadOnlyMemory<byte> update, long room, out ReadOnlyMemory<byte> news, out UpdateCost cost,
        out UpdateExtent extent, out YjsError error)
    {
        (news, cost, extent) = (default, default, default);
        var decoded = DecodedUpdate.Rent();
        var singles = 0L;
        var readable = UpdateDecoder.TryDecode(update.Span, decoded, out error)
            && !PutsRunUnderKey(decoded, update.Span, out singles, out error);
        if (readable && HowMuchIsNew(decoded, update.Span) is var novelty and not Novelty.None)
        {
            cost = UpdateCost.Of(decoded, update.Span, singles, this);
            if (cost.MemoryBytes <= room)
            {
                (news, extent) = novelty == Novelty.All
                    ? (update, UpdateExtent.Of(decoded))
                    : (EncodeNews(decoded, update.Span), default);
            }
        }

        decoded.Return();
        return readable;
    }

    /// <summary>Merges updates into one that says the same, without losing content, known or unknown.</summary>
    /// <param name="updates">Updates in format V1, in any order.</param>
    /// <param name="merged">Their union.</param>
    /// <param name="error">Why one of them was refused.</param>
    public static bool TryMerge(IReadOnlyList<ReadOnlyMemory<byte>> updates, out byte[] merged, out YjsError error)
    {
        var union = new YDocument(garbageCollection: false, normalizes: false);
        var decoded = DecodedUpdate.Rent();
        error = default;
        merged = [];
        foreach (var update in updates)
        {
            if (!UpdateDecoder.TryDecode(update.Span, decoded, out error))
            {
                decoded.Return();
                return false;
            }

            union.Apply(decoded, update.Span);
            decoded.Clear();
        }

        decoded.Return();
        merged = union.EncodeState();
        return true;
    }

    private int ClientIndex(ulong id)
    {
        if (lastClient != Block.None && clients[lastClient].Id == id)
        {
            return lastClient;
        }

        if (!clientIndices.TryGetValue(id, out var index))
        {
            index = clients.Count;
            clients.Add(new ClientBlocks(id));
            clientIndices.Add(id, index);
            CountBytes(clients[index]);
        }

        return lastClient = index;
    }

    internal bool Knows(ulong client) => FindClient(client, out _);

    internal bool ReachesBeyond(ulong client, long clock) => FindClient(client)?.End > clock;

    /// <summary>
    /// About how many holes there are between two clocks of a client, beside one, and how many deleted ranges.
    /// </summary>
    internal (int Gaps, int Deletes) PartsBetween(ulong client, long start, long end) =>
        FindClient(client) is { } known
            ? (known.GapsBetween(start, end), known.Deletes.CountBetween(start, end))
            : default;

    /// <summary>Whether there is a struct at every clock from one to before another.</summary>
    internal bool Covers(ulong client, long start, long end) => FindClient(client)?.Covers(start, end) == true;

    /// <summary>Whether every clock from one to before another is deleted.</summary>
    internal bool Deletes(ulong client, long start, long end) =>
        FindClient(client)?.Deletes.Covers(start, end) == true;

    /// <summary>What the collection costs that falls due with so many more changes; 0 if none does.</summary>
    internal long StepsOfCollection(int changes) =>
        IsCollectionDue(changes) ? changesSinceCollection + changes + sizeAfterCollection : 0;

    private bool IsCollectionDue(long changes) =>
        changesSinceCollection + changes > Math.Max(SmallestCollection, sizeAfterCollection);

    /// <summary>
    /// Notes that a client's memory may have changed. It is counted when another one's does, or when somebody asks: not
    /// after each character of one who types.
    /// </summary>
    private void Touch(ClientBlocks client)
    {
        if (touched == client)
        {
            return;
        }

        CountTouched();
        touched = client;
    }

    private void CountTouched()
    {
        if (touched is not null)
        {
            CountBytes(touched);
        }
    }

    private void CountBytes(ClientBlocks client)
    {
        var (bytes, gaps) = (client.MemoryBytes, client.Gaps);
        clientBytes += bytes - client.CountedBytes;
        clientGaps += gaps - client.CountedGaps;
        (client.CountedBytes, client.CountedGaps) = (bytes, gaps);
    }

    private ClientBlocks? FindClient(ulong id) =>
        lastClient != Block.None && clients[lastClient].Id == id ? clients[lastClient]
        : clientIndices.TryGetValue(id, out var index) ? clients[index] : null;

    private bool FindClient(ulong id, out int index)
    {
        index = lastClient;
        return (lastClient != Block.None && clients[lastClient].Id == id) || clientIndices.TryGetValue(id, out index);
    }
}
