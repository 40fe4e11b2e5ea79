namespace Relay.Yjs;

/// <summary>What a struct of an update is: the low five bits of its info byte (<c>yjs/src/structs</c>).</summary>
internal enum BlockKind : byte
{
    /// <summary>Garbage: nothing but an id and a length.</summary>
    Gc = 0,

    /// <summary>An item whose content was dropped; its place in the sequence is kept.</summary>
    Deleted = 1,

    /// <summary>JSON texts, one for each element.</summary>
    Json = 2,

    Binary = 3,

    /// <summary>Text; its length counts UTF-16 code units.</summary>
    String = 4,

    Embed = 5,
    Format = 6,

    /// <summary>A shared type.</summary>
    Type = 7,

    /// <summary>lib0 "any" values, one for each element.</summary>
    Any = 8,

    /// <summary>A subdocument.</summary>
    Doc = 9,

    /// <summary>A hole: clocks that the update does not have.</summary>
    Skip = 10,
}
