using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What of a message the document does not have.</summary>
/// <param name="Update">The new part, as an update; empty where there is none, or where it will not be taken.</param>
/// <param name="IsNew">Whether there is a new part.</param>
/// <param name="Growth">
/// What the document may grow by in memory, without <see cref="UpdateCost.FixedBytes"/>, which comes once for many.
/// </param>
/// <param name="Extent">What the new part covers, where that is known: then it need not be read again.</param>
internal readonly record struct FoundDiff(
    ReadOnlyMemory<byte> Update, bool IsNew, long Growth, UpdateExtent Extent = default)
{
    /// <summary>Whether the new part has no struct: then it begins with a count of zero clients.</summary>
    public bool OnlyDeletes => !Update.IsEmpty && Update.Span[0] == 0;

    /// <summary>
    /// Looks for the diff of a message, as far as it matters: an Update of a reader is refused whatever it says, its
    /// SyncStep2 as soon as anything in it is new, and what a document has no room for is not put together.
    /// </summary>
    /// <param name="document">What is logged.</param>
    /// <param name="message">Any message.</param>
    /// <param name="mayWrite">Whether its connection has the right to write.</param>
    /// <param name="room">How much the document may grow by.</param>
    /// <param name="diff">What was found.</param>
    /// <param name="error">Why the update was refused.</param>
    /// <returns>False if the message holds an update that is refused.</returns>
    public static bool TryFind(YDocument document, in DocumentMessage message, bool mayWrite, long room,
        out FoundDiff diff, out YjsError error)
    {
        (diff, error) = (default, default);
        if (message.Kind is not (DocumentMessageKind.SyncStep2 or DocumentMessageKind.Update))
        {
            return true;
        }

        if (!mayWrite)
        {
            var isNew = message.Kind == DocumentMessageKind.Update;
            var isReadable = isNew || document.TryFindNews(message.Payload.Span, out isNew, out error);
            diff = new FoundDiff(default, isNew, 0);
            return isReadable;
        }

        if (!document.TryGetNews(message.Payload, room, out var update, out var cost, out var extent, out error))
        {
            return false;
        }

        if (cost != default)
        {
            diff = new FoundDiff(update, true, cost.MemoryBytes - UpdateCost.FixedBytes, extent);
        }

        return true;
    }
}
