using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Entries of its own clients that a connection is asked to say again.</summary>
internal static class AwarenessNudges
{
    /// <summary>So many of them wait for a connection: a client that does not read is asked for no more.</summary>
    private const int Most = 16;

    /// <summary>Puts one where the connection takes it from; returns false if it is asked for no more.</summary>
    public static bool TryAdd(Attachment attachment, in AwarenessEntry entry)
    {
        if (!attachment.IsAttached || attachment.Delivery.Nudges.Count >= Most)
        {
            return false;
        }

        // Where entries are stamped, a client must not take what others are shown for its own state; its removal does.
        var connection = attachment.Connection;
        var said = entry.IsNull || !connection.IsStamped
            ? entry
            : entry with { Clock = entry.Clock - 1, State = AwarenessEntry.NullState };
        attachment.Delivery.Nudges.Enqueue(connection.Format.Awareness(AwarenessUpdate.Encode([said])));
        return true;
    }
}
