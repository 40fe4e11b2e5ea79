using System.Text;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// All documents of the file log, each either awake, as an object, or quiet, packed (<see cref="PackedDocument"/>): a
/// log is kept for a day after its document was left, and many documents are left in a day. Every call is made under
/// the lock of <see cref="LogIndex"/>, and only the writer packs, so what it has found stays the same object until it
/// packs it.
/// </summary>
internal sealed class DocumentIndex
{
    private readonly Func<long, Segment> segmentOf;
    private readonly Dictionary<DocumentName, IndexedDocument> awake = [];
    private readonly HashSet<byte[]> quiet = new(PackedNameComparer.Instance);
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> quietByName;

    /// <param name="segments">The log's segments.</param>
    /// <param name="documents">What a start found.</param>
    public DocumentIndex(LogSegments segments, IEnumerable<IndexedDocument> documents)
    {
        segmentOf = segments.Of;
        quietByName = quiet.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var document in documents)
        {
            if (document.IsQuiet)
            {
                quiet.Add(PackedDocument.Pack(document));
            }
            else
            {
                awake.Add(document.Name, document);
            }
        }
    }

    /// <summary>Those that are not packed; every unsaved or damaged one is among them.</summary>
    public IReadOnlyCollection<IndexedDocument> Awake => awake.Values;

    /// <summary>Finds a document, and wakes it.</summary>
    public IndexedDocument? Find(DocumentName name)
    {
        var document = Peek(name, out var isAwake);
        if (document is null || isAwake)
        {
            return document;
        }

        Span<byte> utf8 = stackalloc byte[DocumentName.MaxUtf8Bytes];
        quietByName.Remove(utf8[..Encoding.UTF8.GetBytes(name.Value, utf8)]);
        awake.Add(name, document);
        return document;
    }

    /// <summary>What is known of a document, to be read only and under this very lock.</summary>
    public IndexedDocument? Peek(DocumentName name) => Peek(name, out _);

    public void Add(IndexedDocument document) => awake.Add(document.Name, document);

    /// <summary>Forgets a document that is awake.</summary>
    public void Remove(IndexedDocument document) => awake.RemoveAndShrink(document.Name);

    /// <summary>Packs a document, if it is quiet: then the object counts no longer.</summary>
    public void PackIfQuiet(IndexedDocument document)
    {
        if (document.IsQuiet && awake.TryGetValue(document.Name, out var current) && current == document)
        {
            awake.RemoveAndShrink(document.Name);
            quiet.Add(PackedDocument.Pack(document));
        }
    }

    /// <summary>Packs all that are quiet.</summary>
    public void PackQuiet()
    {
        foreach (var document in awake.Values.Where(document => document.IsQuiet).ToList())
        {
            PackIfQuiet(document);
        }
    }

    /// <summary>
    /// Names of packed documents that have been quiet since before <paramref name="time"/>, in µs, or since exactly
    /// then.
    /// </summary>
    public List<DocumentName> QuietSince(long time) =>
        [.. quiet.Where(packed => PackedDocument.QuietSinceOf(packed) <= time)
            .Select(packed => DocumentName.Create(Encoding.UTF8.GetString(PackedDocument.NameOf(packed))))];

    private IndexedDocument? Peek(DocumentName name, out bool isAwake)
    {
        isAwake = awake.TryGetValue(name, out var document);
        if (isAwake || quiet.Count == 0)
        {
            return document;
        }

        Span<byte> utf8 = stackalloc byte[DocumentName.MaxUtf8Bytes];
        return quietByName.TryGetValue(utf8[..Encoding.UTF8.GetBytes(name.Value, utf8)], out var packed)
            ? PackedDocument.Unpack(name, packed, segmentOf)
            : null;
    }

    /// <summary>Packed documents are equal if their names are.</summary>
    private sealed class PackedNameComparer
        : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly PackedNameComparer Instance = new();

        public bool Equals(byte[]? left, byte[]? right) =>
            left is not null && right is not null && Equals(PackedDocument.NameOf(left), right);

        public bool Equals(ReadOnlySpan<byte> name, byte[] packed) => PackedDocument.NameOf(packed).SequenceEqual(name);

        public int GetHashCode(byte[] packed) => GetHashCode(PackedDocument.NameOf(packed));

        public int GetHashCode(ReadOnlySpan<byte> name)
        {
            var hash = default(HashCode);
            hash.AddBytes(name);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> name) => throw new NotSupportedException();
    }
}
