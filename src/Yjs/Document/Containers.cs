using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>The containers of a document, and the names of its root types and keys.</summary>
internal sealed class Containers
{
    /// <summary>A block whose origin is not known yet.</summary>
    public const int Unknown = -1;

    /// <summary>A block that belongs nowhere: garbage.</summary>
    public const int Nowhere = -2;

    /// <summary>An entry of each table, with its bucket.</summary>
    private const long IndexBytes = 44;
    private const long NameIndexBytes = 28;

    /// <summary>An array beside its bytes, rounded up.</summary>
    private const long ArrayBytes = 28;

    private readonly Dictionary<ContainerKey, int> indices = [];
    private readonly Dictionary<byte[], int> nameIndices = new(Utf8Comparer.Instance);
    private readonly List<byte[]> names = [];
    private readonly List<Container> list = [];
    private long nameBytes;

    public Span<Container> All => CollectionsMarshal.AsSpan(list);

    public long MemoryBytes =>
        ((long)list.Capacity * Unsafe.SizeOf<Container>()) + (IndexBytes * indices.Capacity) + (8L * names.Capacity)
            + (NameIndexBytes * nameIndices.Capacity) + nameBytes;

    public ref Container this[int index] => ref CollectionsMarshal.AsSpan(list)[index];

    public ReadOnlySpan<byte> Name(int index) => names[index];

    public ReadOnlyMemory<byte> NameMemory(int index) => names[index];

    /// <summary>The container of a root type's sequence or key, made if need be.</summary>
    public int OfRoot(ReadOnlySpan<byte> name, bool hasKey, ReadOnlySpan<byte> key) =>
        Find(Block.None, 0, NameIndex(name), hasKey ? NameIndex(key) : Block.None);

    /// <summary>The container of an item's type, made if need be.</summary>
    public int OfItem(int client, long clock, bool hasKey, ReadOnlySpan<byte> key) =>
        Find(client, clock, Block.None, hasKey ? NameIndex(key) : Block.None);

    /// <summary>
    /// Whether a struct is surely no entry of a key. The key bit of the wire does not tell: <c>Y.mergeUpdates</c>
    /// leaves it out where there is an origin. Of structs whose place is not known yet, only text is
    /// taken to stand in a sequence: no client puts a text struct under a key.
    /// </summary>
    public bool IsInSequence(in Block block) =>
        block.Container >= 0 ? this[block.Container].Key == Block.None : block.Kind == BlockKind.String;

    private int Find(int ownerClient, long ownerClock, int rootName, int key)
    {
        var wanted = new ContainerKey(ownerClient, ownerClock, rootName, key);
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(indices, wanted, out var known);
        if (!known)
        {
            index = list.Count;
            list.Add(
                new Container
                {
                    OwnerClient = ownerClient,
                    OwnerClock = ownerClock,
                    RootName = rootName,
                    Key = key,
                    LastClient = Block.None
                });
        }

        return index;
    }

    private int NameIndex(ReadOnlySpan<byte> name)
    {
        var lookup = nameIndices.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(name, out var index))
        {
            index = names.Count;
            var kept = name.ToArray();
            names.Add(kept);
            nameIndices.Add(kept, index);
            nameBytes += ArrayBytes + name.Length;
        }

        return index;
    }
}
