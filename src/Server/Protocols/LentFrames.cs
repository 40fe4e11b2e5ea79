using Relay.Sessions;
using Relay.Sockets.Backpressure;

namespace Relay.Protocols;

/// <summary>
/// Large frames come in memory that is used again once their messages are dealt with (<see cref="LentMemory"/>).
/// A message of which the session keeps no bytes goes to it as it is, and the session lets go of it. One that it may
/// keep for long gets memory of its own length.
/// </summary>
internal static class LentFrames
{
    /// <summary>Makes the messages of one frame holders of its memory, or independent of it.</summary>
    /// <param name="messages">The messages of the frame are the last ones of these.</param>
    /// <param name="first">The first one of them.</param>
    /// <param name="frame">The frame, which the caller holds.</param>
    /// <param name="mayWrite">Whether its connection may change the document.</param>
    public static void Share(List<DocumentMessage> messages, int first, ReadOnlyMemory<byte> frame, bool mayWrite)
    {
        if (LentMemory.Of(frame) is not { } lent)
        {
            return;
        }

        for (var i = first; i < messages.Count; i++)
        {
            messages[i] = Share(messages[i], lent, mayWrite);
        }
    }

    /// <summary>The same for the only message of a frame.</summary>
    public static DocumentMessage Share(in DocumentMessage message, ReadOnlyMemory<byte> frame, bool mayWrite) =>
        LentMemory.Of(frame) is { } lent ? Share(message, lent, mayWrite) : message;

    /// <summary>The caller, who got the frame from its socket, does not read it any more.</summary>
    public static void GiveBack(ReadOnlyMemory<byte> frame) => LentMemory.Of(frame)?.GiveBack();

    private static DocumentMessage Share(in DocumentMessage message, LentMemory lent, bool mayWrite)
    {
        var isDropped = message.Kind == DocumentMessageKind.Awareness
            || (!mayWrite && message.Kind is DocumentMessageKind.SyncStep2 or DocumentMessageKind.Update);
        if (!isDropped)
        {
            return message.Payload.IsEmpty ? message : message with { Payload = message.Payload.ToArray() };
        }

        if (message.Lender == lent)
        {
            lent.Share();
        }

        return message;
    }
}
