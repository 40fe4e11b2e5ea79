namespace Relay.Sessions;

/// <summary>An update that waits for its append.</summary>
/// <param name="From">Whose it is; null for what the session itself appends anew.</param>
/// <param name="Update">The part of it that was new when it came.</param>
/// <param name="Settles">The bytes of the connection's messages that are settled with it.</param>
/// <param name="IsEchoed">Whether its writer waits to see it come back.</param>
/// <param name="Version">The document's version against which it was new.</param>
/// <param name="Growth">
/// What the document may grow by in memory when it is applied; 0 for what the document has already.
/// </param>
/// <param name="Extent">What the update covers, where that is known.</param>
internal readonly record struct OutboxItem(
    Attachment? From,
    ReadOnlyMemory<byte> Update,
    int Settles,
    bool IsEchoed,
    long Version,
    long Growth = 0,
    InputExtent Extent = default)
{
    /// <summary>Appended because the stores lack it, although this session's document has it.</summary>
    public bool IsRecovery => From is null;
}
