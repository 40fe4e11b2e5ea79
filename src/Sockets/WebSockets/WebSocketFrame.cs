using System.Buffers.Binary;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// The bytes of server frames (RFC 6455, 5.2): never masked, never fragmented, so one frame's bytes are the same for
/// every connection and are made once.
/// </summary>
internal static class WebSocketFrame
{
    public const int MaxControlPayload = 125;

    private const int Fin = 0x80;

    /// <summary>How many bytes stand before a payload.</summary>
    public static int HeaderSize(int payload) => payload <= 125 ? 2 : payload <= ushort.MaxValue ? 4 : 10;

    /// <summary>Writes the header of a frame and returns its size.</summary>
    public static int WriteHeader(Span<byte> target, WebSocketOpcode opcode, int payload)
    {
        target[0] = (byte)(Fin | (int)opcode);
        switch (payload)
        {
            case <= 125:
                target[1] = (byte)payload;
                return 2;
            case <= ushort.MaxValue:
                target[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)payload);
                return 4;
            default:
                target[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)payload);
                return 10;
        }
    }

    /// <summary>A whole frame.</summary>
    public static byte[] Make(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderSize(payload.Length) + payload.Length];
        var header = WriteHeader(frame, opcode, payload.Length);
        payload.CopyTo(frame.AsSpan(header));
        return frame;
    }

    /// <summary>A close frame with a code and a text, cut to what a control frame holds.</summary>
    public static byte[] MakeClose(int code, string text)
    {
        Span<byte> payload = stackalloc byte[MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        System.Text.Unicode.Utf8.FromUtf16(text, payload[2..], out _, out var written);
        return Make(WebSocketOpcode.Close, payload[..(2 + written)]);
    }
}
