using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What of a message the document does not have.</summary>
/// <param name="Update">The new part, as an update; empty where there is none, or where it will not be taken.</param>
/// <param name="IsNew">Whether there is a new part.</param>
/// <param name="Growth">
/// What the document may grow by in memory, without <see cref="UpdateCost.FixedBytes"/>, which comes once for many.
/// </param>
/// <param name="IsPart">Whether the message also says what the document has.</param>
internal readonly record struct FoundNews(ReadOnlyMemory<byte> Update, bool IsNew, long Growth, bool IsPart)
{
    /// <summary>
    /// Looks for news in a message, as far as it matters: an Update of a reader is refused whatever it says, and a
    /// SyncStep2 of a reader as soon as anything in it is new, so neither is decoded into memory.
    /// </summary>
    /// <param name="document">What is logged.</param>
    /// <param name="message">Any message.</param>
    /// <param name="mayWrite">Whether its connection has the right to write.</param>
    /// <param name="news">What was found.</param>
    /// <param name="error">Why the update was refused.</param>
    /// <returns>False if the message holds an update that is refused.</returns>
    public static bool TryFind(
        YDocument document, in DocumentMessage message, bool mayWrite, out FoundNews news, out YjsError error)
    {
        (news, error) = (default, default);
        if (message.Kind is not (DocumentMessageKind.SyncStep2 or DocumentMessageKind.Update))
        {
            return true;
        }

        if (!mayWrite)
        {
            var isNew = message.Kind == DocumentMessageKind.Update;
            var isReadable = isNew || document.TryFindNews(message.Payload.Span, out isNew, out error);
            news = new FoundNews(default, isNew, 0, false);
            return isReadable;
        }

        if (!document.TryGetNews(message.Payload, out var update, out var cost, out error))
        {
            return false;
        }

        if (!update.IsEmpty)
        {
            var growth = cost.MemoryBytes - UpdateCost.FixedBytes;
            news = new FoundNews(update, true, growth, update.Length < message.Payload.Length);
        }

        return true;
    }

    /// <summary>Whether none of these updates has a struct: then they begin with a count of zero clients.</summary>
    public static bool OnlyDelete(List<FoundNews> all) =>
        all.TrueForAll(static news => news.Update.IsEmpty || news.Update.Span[0] == 0);

    /// <summary>
    /// Estimates the growth anew where a message says more than what is new, and returns its sum: a SyncStep2 repeats
    /// all deletes of the document, whose cost was counted although the document has them.
    /// </summary>
    public static long Tighten(List<FoundNews> all, YDocument document)
    {
        var sum = 0L;
        for (var i = 0; i < all.Count; i++)
        {
            var news = all[i];
            if (news.IsPart && document.TryGetNews(news.Update, out _, out var cost, out _))
            {
                all[i] = news = news with { Growth = cost.MemoryBytes - UpdateCost.FixedBytes, IsPart = false };
            }

            sum += news.Growth;
        }

        return sum;
    }
}
