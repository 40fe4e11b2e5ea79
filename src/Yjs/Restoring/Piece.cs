using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>
/// A struct, or a part of one that no other struct's origin cuts, at its place in a sequence. Other pieces are named by
/// their indices.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Piece
{
    public const int None = -1;

    public long Clock;
    public long Length;
    public int Client;

    /// <summary>The index of the struct among its client's.</summary>
    public int Block;

    /// <summary>The piece after which it was inserted: that ends with its origin.</summary>
    public int Origin;

    /// <summary>The piece before which it was inserted: that begins with its right origin.</summary>
    public int RightOrigin;

    public int Left;
    public int Right;

    public readonly long End => Clock + Length;
}
