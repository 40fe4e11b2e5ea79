using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>
/// One struct of a document, 56 bytes. Clients are indices into the document's table; content lies in the buffer of the
/// client that wrote it.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Block
{
    /// <summary>No client: the block has no such origin.</summary>
    public const int None = -1;

    public long Clock;
    public long Length;
    public long OriginClock;
    public long RightClock;
    public int OriginClient;
    public int RightClient;

    /// <summary>
    /// Where it belongs: an index into the document's containers, <see cref="Containers.Unknown"/> or
    /// <see cref="Containers.Nowhere"/>.
    /// </summary>
    public int Container;

    /// <summary>First byte of the content in the client's buffer.</summary>
    public int Content;
    public int ContentLength;
    public BlockKind Kind;

    public readonly long End => Clock + Length;

    public readonly bool HasOrigins => OriginClient != None || RightClient != None;
}
