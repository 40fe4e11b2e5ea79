namespace Relay.Yjs;

/// <summary>
/// One struct of an update, checked, with its variable parts as places in the update's bytes. An id is (client id,
/// clock).
/// </summary>
internal struct ParsedStruct
{
    public long Clock;

    /// <summary>In clocks, at least 1.</summary>
    public long Length;

    /// <summary>
    /// The origin where <see cref="BlockFlags.HasOrigin"/> is set; otherwise, without a right origin and a root parent,
    /// the parent's id.
    /// </summary>
    public ulong LeftClient;
    public long LeftClock;
    public ulong RightClient;
    public long RightClock;

    /// <summary>The content as <see cref="BlockContent"/> describes it.</summary>
    public int ContentOffset;
    public int ContentLength;

    public BlockKind Kind;
    public BlockFlags Flags;

    /// <summary>
    /// The root type's name, where <see cref="BlockFlags.ParentIsRoot"/> is set. Where there is a parent there is no
    /// right origin, so both use the same room.
    /// </summary>
    public (int Offset, int Length) Name
    {
        readonly get => ((int)(RightClient >> 32), (int)RightClient);
        set => RightClient = ((ulong)value.Offset << 32) | (uint)value.Length;
    }

    /// <summary>
    /// The key, where the struct carries one on the wire (no origins, <see cref="BlockFlags.HasKey"/>).
    /// </summary>
    public (int Offset, int Length) Key
    {
        readonly get => ((int)(RightClock >> 32), (int)RightClock);
        set => RightClock = ((long)value.Offset << 32) | (uint)value.Length;
    }

    /// <summary>The origin, or else the right origin; only where there is one.</summary>
    public readonly (ulong Client, long Clock) FirstOrigin =>
        (Flags & BlockFlags.HasOrigin) != 0 ? (LeftClient, LeftClock) : (RightClient, RightClock);

    public readonly long End => Clock + Length;

    /// <summary>Whether it should stand in a sequence (<see cref="BlockContent.IsRun"/>).</summary>
    public readonly bool IsRun => BlockContent.IsRun(Kind, Length);

    /// <summary>Whether it should stand in a sequence, and its place is still to be found, or is a key.</summary>
    public readonly bool MayMisplaceRun => IsRun && (HasOrigins || (Flags & BlockFlags.HasKey) != 0);

    public readonly bool HasOrigins => (Flags & (BlockFlags.HasOrigin | BlockFlags.HasRightOrigin)) != 0;
}
