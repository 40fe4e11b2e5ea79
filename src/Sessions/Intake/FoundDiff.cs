namespace Relay.Sessions;

/// <summary>Looks for what of a message the document does not have.</summary>
internal static class FoundDiff
{
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
    public static bool TryFind(IContent document, in DocumentMessage message, bool mayWrite, long room,
        out InputDiff diff, out ContentError error)
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
            diff = new InputDiff(default, isNew, 0);
            return isReadable;
        }

        return document.TryRead(message.Payload, room, out diff, out error);
    }
}
