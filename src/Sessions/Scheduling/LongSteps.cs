namespace Relay.Sessions;

/// <summary>
/// Which steps of a session may take longer than a socket loop can be kept, which is 10 ms. What they do is estimated
/// before they run, from sizes that are known anyway.
/// </summary>
internal static class LongSteps
{
    /// <summary>
    /// Bytes of updates that are decoded, applied or merged in one step. The dearest take 160 ns a byte until they are
    /// encoded (<c>bench/Engine adverse</c>), which is 10 ms.
    /// </summary>
    public const int MostBytes = 64 << 10;

    /// <summary>
    /// Bytes of memory of a document that is encoded, collected or loaded in one step, or by which one grows. The
    /// dearest take 4 ns a byte (text of which every second character is deleted, the same figures), which is 4 ms.
    /// </summary>
    public const long MostMemory = 1 << 20;

    /// <summary>Whether anything that goes through a whole document is long.</summary>
    public static bool Encodes(IContent document) => document.MemoryBytes > MostMemory;

    /// <summary>Whether it is long to take in what came from a connection.</summary>
    public static bool TakesIn(IReadOnlyList<DocumentMessage> messages, IContent document)
    {
        long bytes = 0;
        var asks = false;
        for (var i = 0; i < messages.Count; i++)
        {
            bytes += messages[i].Payload.Length;
            asks |= messages[i].Kind == DocumentMessageKind.SyncStep1;
        }

        return bytes > MostBytes || ((asks || document.HasManyHoles) && Encodes(document));
    }

    /// <summary>Whether it is long to apply updates.</summary>
    /// <param name="bytes">How long they are, about.</param>
    /// <param name="document">The document that takes them.</param>
    public static bool Applies(long bytes, IContent document) =>
        bytes > MostBytes
        || ((document.MayBeCollected(bytes) || document.HasManyHoles) && Encodes(document));
}
