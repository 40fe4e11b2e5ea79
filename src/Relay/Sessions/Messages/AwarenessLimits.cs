namespace Relay.Sessions;

/// <summary>What a client's presence may take.</summary>
/// <param name="MaxStateBytes">Bytes of one entry's JSON.</param>
/// <param name="MaxOwnEntries">Entries that one connection may own.</param>
internal readonly record struct AwarenessLimits(int MaxStateBytes, int MaxOwnEntries)
{
    /// <summary>Entries in one frame, most of them of other clients: stock clients repeat those when they time out. More are refused before they are read.</summary>
    public const int MaxEntriesPerFrame = 65_536;
}
