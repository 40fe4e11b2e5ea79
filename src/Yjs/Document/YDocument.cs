namespace Relay.Yjs;

/// <summary>
/// A Yjs document as a relay needs it: the set of structs and the set of deletes, not the integrated sequence. Applying
/// an update is a set union: order-free and idempotent, with no queue of pending updates. Not thread-safe: one owner at
/// a time.
/// </summary>
/// <remarks>
/// What arrives is appended as it is; joining neighbours and dropping what is deleted (<see cref="Collector"/>)
/// waits until somebody asks for the encoded document or until as much has come as is there, so that it costs each
/// update a constant share.
/// </remarks>
public sealed class YDocument
{
    /// <summary>This object and those that it consists of, while they are empty, without the clients' table.</summary>
    private const long ObjectBytes = 360;

    /// <summary>The bytes of the smallest change in an update: a delete range.</summary>
    private const int BytesPerChange = 2;

    /// <summary>Each is filled with a struct of its own, within a microsecond.</summary>
    private const int ManyHoles = 4096;

    private readonly DocumentTables tables;

    /// <param name="garbageCollection">Drop deleted content, as Yjs does by default. False serves clients with <c>gc:
    /// false</c>.</param>
    public YDocument(bool garbageCollection = true) => tables = new DocumentTables(garbageCollection, normalizes: true);

    public bool GarbageCollection => tables.GarbageCollection;

    /// <summary>Whether nothing was ever applied: no struct and no delete.</summary>
    public bool IsEmpty => tables.Clients.All.TrueForAll(client => client.Count == 0 && client.Deletes.IsEmpty);

    /// <summary>
    /// What the document takes in memory, in bytes, with what collecting it may add: a deleted character in the middle
    /// of a text makes one struct three. Tests compare it with what the garbage collector
    /// says. Costs nothing to ask for.
    /// </summary>
    public long MemoryBytes => ObjectBytes + tables.Containers.MemoryBytes + tables.Clients.MemoryBytes;

    /// <summary>What the document consists of.</summary>
    internal DocumentTables Tables => tables;

    private NewsSearch News => new(tables.Clients);

    private UpdateEncoder Encoder => new(tables);

    /// <summary>
    /// Whether an update of so many bytes may make a collection due, which goes through the whole document. Costs
    /// nothing to ask for.
    /// </summary>
    public bool MayBeCollected(long updateBytes) => tables.Changes.IsCollectionDue(updateBytes / BytesPerChange);

    /// <summary>
    /// Whether there are so many holes between structs that even a small update, which may fill all of them, can take
    /// as long as going through the whole document. Costs nothing to ask for.
    /// </summary>
    public bool HasManyHoles => tables.Clients.Gaps > ManyHoles;

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
        news = readable ? News.Find(decoded, update) : default;
        if (!news.IsEmpty)
        {
            new UpdateUnion(tables).Apply(decoded, update.Span);
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
            && (isAccepted || !new RunCheck(tables).PutsRunUnderKey(decoded, update.Span, out _, out error));
        news = readable ? News.Find(decoded, update) : default;
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
            && !new RunCheck(tables).PutsRunUnderKey(decoded, update.Span, out singles, out error);
        if (readable && News.HowMuchIsNew(decoded, update.Span) is var novelty and not Novelty.None)
        {
            cost = UpdateCost.Of(decoded, update.Span, singles, tables);
            if (cost.MemoryBytes <= room)
            {
                (news, extent) = novelty == Novelty.All
                    ? (update, UpdateExtent.Of(decoded))
                    : (News.EncodeNews(decoded, update.Span), default);
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
        var union = new DocumentTables(garbageCollection: false, normalizes: false);
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

            new UpdateUnion(union).Apply(decoded, update.Span);
            decoded.Clear();
        }

        decoded.Return();
        new Collector(union).Run();
        merged = new UpdateEncoder(union).EncodeSince(StateVector.Empty);
        return true;
    }

    /// <summary>
    /// Says whether an update has anything that the document lacks. Reads it one struct at a time and stops at the
    /// first new one, so it takes no memory, whatever the update's size: a check for updates that are not to be
    /// applied.
    /// </summary>
    /// <param name="update">The bytes.</param>
    /// <param name="isNew">Whether something is new. What follows that was not read.</param>
    /// <param name="error">Why the update was refused.</param>
    /// <returns>False if it does not read as far as it was read.</returns>
    public bool TryFindNews(ReadOnlySpan<byte> update, out bool isNew, out YjsError error) =>
        News.TryFindAny(update, out isNew, out error);

    /// <summary>
    /// Whether an update of which the document had no part is still as new. Does not read the update.
    /// </summary>
    /// <param name="extent">What the update covers.</param>
    /// <returns>False also if the extent is not known.</returns>
    public bool HasNoneOf(in UpdateExtent extent) => News.HasNoneOf(extent);

    /// <summary>
    /// Whether everything that an update builds on is in the document or in the update itself: the structs before its
    /// own, their origins and their parents. Otherwise Yjs applies the deletes of the update at once and its structs
    /// later.
    /// </summary>
    /// <param name="update">A valid update in format V1.</param>
    /// <param name="besides">What counts as known besides; null for nothing else.</param>
    /// <returns>True also if the bytes are no update: that is for another check to say.</returns>
    public bool HasPastOf(ReadOnlyMemory<byte> update, StructClocks? besides = null) =>
        new PastCheck(tables.Clients).HasPastOf(update, besides);

    /// <summary>
    /// Whether a holder of a state vector lacks no struct of the clients whose structs are in an update: so that it has
    /// the update as well makes no difference to what it lacks.
    /// </summary>
    /// <param name="stateVector">What the holder has besides.</param>
    /// <param name="update">A valid update in format V1.</param>
    /// <returns>False also for bytes that do not read.</returns>
    public bool HasNothingBeyond(ReadOnlySpan<byte> stateVector, ReadOnlyMemory<byte> update) =>
        new PastCheck(tables.Clients).HasNothingBeyond(stateVector, update);

    /// <summary>
    /// The state vector: per client, the clock up to which nothing is missing; clients in descending order.
    /// </summary>
    public byte[] EncodeStateVector() => Encoder.EncodeStateVector(null);

    /// <summary>
    /// The whole document as one update. Equal documents give equal bytes. An empty document gives <c>00 00</c>.
    /// </summary>
    public byte[] EncodeState()
    {
        Normalize();
        return Encoder.EncodeSince(StateVector.Empty);
    }

    /// <summary>
    /// The update that a holder of <paramref name="stateVector"/> lacks: structs beyond it and the whole delete set.
    /// </summary>
    public bool TryEncodeDiff(ReadOnlySpan<byte> stateVector, out byte[] update, out YjsError error)
    {
        var readable = StateVector.TryDecode(stateVector, out var known, out error);
        update = [];
        if (readable)
        {
            Normalize();
            update = Encoder.EncodeSince(known);
        }

        return readable;
    }

    /// <summary>
    /// Whether what a holder of <paramref name="stateVector"/> lacks surely takes more than some bytes. Looks at no
    /// more structs than are needed to say so, and encodes none of them.
    /// </summary>
    /// <param name="stateVector">What the holder has.</param>
    /// <param name="bytes">How large the diff may be.</param>
    /// <param name="isLarger">True only if the diff is larger; a diff that is a little larger may give false.</param>
    /// <param name="error">Why the bytes are no state vector.</param>
    /// <returns>False if the bytes are no state vector.</returns>
    public bool TryCompareDiff(ReadOnlySpan<byte> stateVector, long bytes, out bool isLarger, out YjsError error)
    {
        isLarger = false;
        if (!StateVector.TryDecode(stateVector, out var known, out error))
        {
            return false;
        }

        Normalize();
        isLarger = Encoder.IsLarger(known, bytes);
        return true;
    }

    /// <summary>
    /// What a holder of <paramref name="stateVector"/> lacks: one update, or if that is too large, several parts of
    /// which Yjs integrates nothing before it has the last.
    /// </summary>
    /// <param name="stateVector">
    /// Exactly what the holder has. Of its own structs it may have more, of other clients' it must not: what it has
    /// beyond the vector would be integrated early.
    /// </param>
    /// <param name="sizes">How large one message and each part may be.</param>
    /// <param name="parts">The parts in the order in which they are to be applied; at least one.</param>
    /// <param name="error">Why the bytes are no state vector.</param>
    /// <returns>False if the bytes are no state vector.</returns>
    public bool TryEncodeParts(
        ReadOnlySpan<byte> stateVector,
        DiffSizes sizes,
        out IReadOnlyList<byte[]> parts,
        out YjsError error)
    {
        parts = [];
        if (!StateVector.TryDecode(stateVector, out var known, out error))
        {
            return false;
        }

        Normalize();
        var whole = Encoder.IsLarger(known, sizes.MaxWhole) ? null : Encoder.EncodeSince(known);
        parts = whole?.Length <= sizes.MaxWhole ? [whole] : new UpdateParts(tables, known, sizes).Encode();
        return true;
    }

    /// <summary>
    /// Brings the document to its one form: then a struct has content exactly when a reader can see it, but for entries
    /// of keys that have right origins.
    /// </summary>
    internal void Normalize() => new Collector(tables).Run();
}
