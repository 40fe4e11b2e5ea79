using System.Buffers.Binary;
using Relay.Sockets.Backpressure;

namespace Relay.Sockets.WebSockets;

/// <summary>The header of a frame from a client (RFC 6455, 5.2).</summary>
internal readonly record struct ClientFrameHeader(bool Final, WebSocketOpcode Opcode, long PayloadLength,
    uint Mask, int Size)
{
    public bool IsControl => ((int)Opcode & 0x8) != 0;

    /// <summary>Reads a header from the start of <paramref name="bytes"/>.</summary>
    public static HeaderOutcome TryRead(ReadOnlySpan<byte> bytes, out ClientFrameHeader header)
    {
        header = default;
        if (bytes.Length < 2)
        {
            return HeaderOutcome.NeedsMore;
        }

        var opcode = (WebSocketOpcode)(bytes[0] & 0x0F);
        var final = (bytes[0] & 0x80) != 0;
        var reserved = bytes[0] & 0x70;
        var masked = (bytes[1] & 0x80) != 0;
        var length = bytes[1] & 0x7F;
        var control = ((int)opcode & 0x8) != 0;

        // No extension is ever agreed on, so reserved bits are errors; a client's frame must be masked; control frames
        // are short and whole.
        if (reserved != 0 || !masked || !IsDefined(opcode)
            || (control && (!final || length > WebSocketFrame.MaxControlPayload)))
        {
            return HeaderOutcome.Invalid;
        }

        var extended = length switch { 126 => 2, 127 => 8, _ => 0 };
        var size = 2 + extended + 4;
        if (bytes.Length < size)
        {
            return HeaderOutcome.NeedsMore;
        }

        var payload = extended switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            8 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => (long)length,
        };
        if (payload < 0)
        {
            return HeaderOutcome.Invalid;
        }

        header = new ClientFrameHeader(final, opcode, payload,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[(2 + extended)..]), size);
        return HeaderOutcome.Read;
    }

    private static bool IsDefined(WebSocketOpcode opcode) =>
        opcode is WebSocketOpcode.Continuation or WebSocketOpcode.Text or WebSocketOpcode.Binary
            or WebSocketOpcode.Close or WebSocketOpcode.Ping or WebSocketOpcode.Pong;

    /// <summary>
    /// Copies a payload while taking its mask off (RFC 6455, 5.3); <paramref name="source"/> begins at the payload's
    /// first byte.
    /// </summary>
    public static void Unmask(ReadOnlySpan<byte> source, Span<byte> target, uint mask)
    {
        StepMeter.CountBytes(source.Length);
        var wide = mask | ((ulong)mask << 32);
        var i = 0;
        for (; source.Length - i >= 8; i += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target[i..],
                BinaryPrimitives.ReadUInt64LittleEndian(source[i..]) ^ wide);
        }

        for (; i < source.Length; i++)
        {
            target[i] = (byte)(source[i] ^ (mask >> (8 * (i & 3))));
        }
    }
}
