using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

/// <summary>
/// Reads what a y-websocket client sends: several messages may stand in one frame, one after the other.
/// </summary>
internal static class YWebSocketDecoder
{
    /// <summary>
    /// Messages in one frame: one may take a single byte on its way and forty in memory. Stock clients send one.
    /// </summary>
    internal const int MaxMessages = 65_536;

    /// <summary>What clients send is a varUint.</summary>
    internal const int MaxMarkerBytes = 16;

    /// <summary>
    /// Reads a whole frame, or refuses it wholly. A message of an unknown type, and everything after it in its frame,
    /// is skipped, as the reference server does: its length is unknown, and newer clients may send types that this node
    /// does not know. The same holds for type 2 (auth), which only servers send. Presence that does not read refuses no
    /// frame, because clients repeat the presence of others; a length beyond the frame does, because what follows may
    /// be an update.
    /// </summary>
    /// <param name="frame">The frame's payload; messages share this memory.</param>
    /// <param name="number">The frame's number, which its messages get.</param>
    /// <param name="messages">The messages are added here, in their order; none when the frame is refused.</param>
    /// <param name="error">Why it was refused.</param>
    public static bool TryDecode(ReadOnlyMemory<byte> frame, int number, List<DocumentMessage> messages,
        out YjsError error)
    {
        var before = messages.Count;
        var reader = new Lib0Reader(frame.Span);
        var entries = AwarenessLimits.MaxEntriesPerFrame;
        do
        {
            WorkMeter.Count();
            var start = reader.Position;
            var type = reader.ReadVarUint();
            var known = true;
            var message = default(DocumentMessage);
            switch (type)
            {
                case SyncBytes.Sync:
                    message = SyncReader.ReadSync(ref reader, frame);
                    break;
                case SyncBytes.Awareness:
                    message = SyncReader.ReadAwareness(ref reader, frame, ref entries);
                    break;
                case SyncBytes.QueryAwareness:
                    message = SyncReader.QueryAwareness;
                    break;
                case YWebSocketFormat.MarkerMessage:
                    message = ReadMarker(ref reader, frame);
                    break;
                default:
                    known = false;
                    break;
            }

            if (messages.Count - before == MaxMessages)
            {
                reader.FailAt($"More than {MaxMessages} messages in one frame.", start);
            }

            if (reader.Failed || !known)
            {
                break;
            }

            messages.Add(message with { Frame = number, Bytes = reader.Position - start });
        }
        while (!reader.AtEnd);

        error = reader.Error;
        if (reader.Failed)
        {
            messages.RemoveRange(before, messages.Count - before);
        }

        return !reader.Failed;
    }

    private static DocumentMessage ReadMarker(ref Lib0Reader reader, ReadOnlyMemory<byte> frame)
    {
        var start = reader.Position;
        var content = SyncReader.ReadBuffer(ref reader, frame);
        if (content.Length > MaxMarkerBytes)
        {
            reader.FailAt("A marker is longer than a number.", start);
        }

        return new DocumentMessage(DocumentMessageKind.Marker, content, []);
    }
}
