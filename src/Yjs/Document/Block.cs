using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>
/// One struct of a document, 48 bytes. Clients are indices into the document's table; content lies in the buffer of the
/// client that wrote it.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Block
{
    /// <summary>No client: the block has no such origin.</summary>
    public const int None = -1;

    /// <summary>Clocks have 53 bits; the kind stands above those of the origin's.</summary>
    private const int KindShift = 56;

    private const ulong ClockBits = (1UL << KindShift) - 1;
    private const ulong ContinuesBit = 1UL << 63;

    /// <summary>The bits of a length that are always kept in <see cref="length"/>.</summary>
    private const int LengthBits = 31;

    public long Clock;
    public long RightClock;
    public int OriginClient;
    public int RightClient;

    /// <summary>
    /// Where it belongs: an index into the document's containers, <see cref="Containers.Unknown"/> or
    /// <see cref="Containers.Nowhere"/>.
    /// </summary>
    public int Container;

    /// <summary>How many bytes of content it has.</summary>
    public int ContentLength;

    private ulong originAndKind;

    // Only structs without content are longer than this holds: then it is negative, and the further bits stand in the
    // place of the content.
    private int length;
    private int content;

    public BlockKind Kind
    {
        readonly get => (BlockKind)((originAndKind & ~ContinuesBit) >> KindShift);
        set => originAndKind = (originAndKind & (ClockBits | ContinuesBit)) | ((ulong)value << KindShift);
    }

    public long OriginClock
    {
        readonly get => (long)(originAndKind & ClockBits);
        set => originAndKind = (originAndKind & ~ClockBits) | (ulong)value;
    }

    /// <summary>
    /// Whether it is one with the block before it, and only stands alone because their content lies in different
    /// chunks. A collection finds this out; encoded, they are one struct.
    /// </summary>
    public bool Continues
    {
        readonly get => (originAndKind & ContinuesBit) != 0;
        set => originAndKind = (originAndKind & ~ContinuesBit) | (value ? ContinuesBit : 0);
    }

    /// <summary>In clocks.</summary>
    public long Length
    {
        readonly get => length >= 0 ? length : ((long)content << LengthBits) | (uint)(length & int.MaxValue);
        set
        {
            length = (int)(value & int.MaxValue);
            if (value > int.MaxValue)
            {
                content = (int)(value >> LengthBits);
                length |= int.MinValue;
            }
        }
    }

    /// <summary>The address of the content in the client's buffer; means nothing where there is no content.</summary>
    public int Content
    {
        readonly get => content;
        set => content = length >= 0 ? value : content;
    }

    public readonly long End => Clock + Length;

    public readonly bool HasOrigins => OriginClient != None || RightClient != None;

    /// <summary>Only its clocks are left.</summary>
    public void MakeGarbage()
    {
        Kind = BlockKind.Gc;
        Continues = false;
        Container = Containers.Nowhere;
        OriginClient = None;
        RightClient = None;
        ContentLength = 0;
    }
}
