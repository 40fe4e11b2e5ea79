namespace Relay.Yjs;

/// <summary>
/// Where structs belong: the sequence of a type, or one key of it. The type is a root type, or the item that holds it.
/// </summary>
internal struct Container
{
    /// <summary>The client index of the item that holds the type; <see cref="Block.None"/> for a root type.</summary>
    public int OwnerClient;

    public long OwnerClock;

    /// <summary>
    /// The root type's name in the document's names; <see cref="Block.None"/> for a type held by an item.
    /// </summary>
    public int RootName;

    /// <summary>The key in the document's names; <see cref="Block.None"/> for the type's sequence.</summary>
    public int Key;

    /// <summary>
    /// The last id of the key's present entry: the last in Yjs' order of those known. <see cref="Block.None"/> without
    /// one.
    /// </summary>
    public int LastClient;

    public long LastClock;

    /// <summary>Entries came that do not simply follow the last one: their order is to be found.</summary>
    public bool Disordered;

    /// <summary>An entry has a right origin, as no client of Yjs gives one: the order is left to clients.</summary>
    public bool Foreign;

    /// <summary>The type is deleted: all its structs are garbage.</summary>
    public bool Dead;
}
