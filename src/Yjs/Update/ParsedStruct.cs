namespace Relay.Yjs;

/// <summary>One struct of an update, checked, with its variable parts as places in the update's bytes. An id is (client id, clock).</summary>
internal struct ParsedStruct
{
    public long Clock;

    /// <summary>In clocks, at least 1.</summary>
    public long Length;

    /// <summary>The origin where <see cref="BlockFlags.HasOrigin"/> is set; otherwise, without a right origin and a root parent, the parent's id.</summary>
    public ulong LeftClient;
    public long LeftClock;
    public ulong RightClient;
    public long RightClock;

    /// <summary>The root type's name, where <see cref="BlockFlags.ParentIsRoot"/> is set.</summary>
    public int NameOffset;
    public int NameLength;

    /// <summary>The key, where the struct carries one on the wire (no origins, <see cref="BlockFlags.HasKey"/>).</summary>
    public int KeyOffset;
    public int KeyLength;

    /// <summary>The content as <see cref="BlockContent"/> describes it.</summary>
    public int ContentOffset;
    public int ContentLength;

    public BlockKind Kind;
    public BlockFlags Flags;

    public readonly long End => Clock + Length;

    /// <summary>Whether it should stand in a sequence (<see cref="BlockContent.IsRun"/>).</summary>
    public readonly bool IsRun => BlockContent.IsRun(Kind, Length);

    public readonly bool HasOrigins => (Flags & (BlockFlags.HasOrigin | BlockFlags.HasRightOrigin)) != 0;
}
