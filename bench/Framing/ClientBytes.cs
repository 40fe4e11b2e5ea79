using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Bench.Framing;

/// <summary>What a client sends, as it comes from the network: masked frames (RFC 6455, 5.2).</summary>
internal static class ClientBytes
{
    private const byte Final = 0x80, Binary = 0x02, Masked = 0x80;
    private const uint Mask = 0x5A17C3E9;

    /// <summary>The message that y-websocket sends for one typed character.</summary>
    public static byte[] TypedCharacter(int clock)
    {
        using var update = new Lib0Writer();
        update.WriteBytes([1, 1]);
        update.WriteVarUint(3_141_592_653);
        update.WriteVarUint((ulong)clock + 1);
        update.WriteByte(0x84);
        update.WriteVarUint(3_141_592_653);
        update.WriteVarUint((ulong)clock);
        update.WriteBytes([1, (byte)'a', 0]);
        using var message = new Lib0Writer();
        message.WriteBytes([0, 2]);
        message.WriteVarBytes(update.ToArray());
        return message.ToArray();
    }

    /// <summary>One message as one frame.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message) => Frame(message, Final | Binary);

    /// <summary>One message in as many frames as it has bytes.</summary>
    public static byte[] Fragments(ReadOnlySpan<byte> message)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < message.Length; at++)
        {
            bytes.AddRange(
                Frame(message.Slice(at, 1), (at == 0 ? Binary : 0) | (at == message.Length - 1 ? Final : 0)));
        }

        return [.. bytes];
    }

    private static byte[] Frame(ReadOnlySpan<byte> payload, int first)
    {
        var header = payload.Length < 126 ? 2 : payload.Length <= ushort.MaxValue ? 4 : 10;
        var frame = new byte[header + 4 + payload.Length];
        frame[0] = (byte)first;
        frame[1] = (byte)(Masked | (header == 2 ? payload.Length : header == 4 ? 126 : 127));
        if (header == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        }
        else if (header == 10)
        {
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(header), Mask);
        for (var at = 0; at < payload.Length; at++)
        {
            frame[header + 4 + at] = (byte)(payload[at] ^ (Mask >> (8 * (at & 3))));
        }

        return frame;
    }
}
