namespace Relay.Sessions;

/// <summary>What presence may take.</summary>
/// <param name="MaxStateBytes">Bytes of one entry's JSON.</param>
/// <param name="MaxOwnEntries">Entries that one connection may own.</param>
/// <param name="MaxDocumentBytes">Bytes of all entries of a document, those of other nodes included.</param>
internal readonly record struct AwarenessLimits(int MaxStateBytes, int MaxOwnEntries, long MaxDocumentBytes)
{
    /// <summary>
    /// What a connection may say even where others have filled the document's presence: a user's name, color and
    /// cursor.
    /// </summary>
    public long ShareBytes => Math.Min(4 << 10, MaxDocumentBytes / 16);

    /// <summary>
    /// Entries in one frame, most of them of other clients: stock clients repeat those when they time out. More are
    /// refused before they are read.
    /// </summary>
    public const int MaxEntriesPerFrame = 65_536;
}
