using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// How a message waits for a token: presence as the bytes in which it came, because its entries take many times as
/// much when they are small.
/// </summary>
internal static class KeptMessage
{
    /// <param name="message">As it was decoded, and so found to be valid.</param>
    /// <param name="frame">The frame that it came in, which no other shares.</param>
    public static DocumentMessage Pack(in DocumentMessage message, ReadOnlyMemory<byte> frame) =>
        message.Kind == DocumentMessageKind.Awareness ? message with { Payload = frame, Awareness = [] } : message;

    public static DocumentMessage Unpack(DocumentMessage kept)
    {
        if (kept.Kind != DocumentMessageKind.Awareness)
        {
            return kept;
        }

        HocuspocusDecoder.TryReadAddress(kept.Payload.Span, out _, out var start, out _);
        HocuspocusDecoder.TryDecode(kept.Payload, start, kept.Frame, out var message, out _);
        return message.Content;
    }
}
