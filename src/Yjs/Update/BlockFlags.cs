namespace Relay.Yjs;

/// <summary>What else a struct says. The first three are bits of the info byte.</summary>
[Flags]
internal enum BlockFlags : byte
{
    None = 0,

    /// <summary>It belongs to a key of its parent: an entry of a map, an attribute.</summary>
    HasKey = 0x20,

    HasRightOrigin = 0x40,
    HasOrigin = 0x80,

    /// <summary>In an update: it has no origins and its parent is a root type, named here.</summary>
    ParentIsRoot = 0x01,
}
