using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The start of every channel message: version (1 byte), <see cref="RedisMessageKind"/> (1 byte), the sending node's id
/// (8 bytes, big-endian) and a block of <see cref="OptionalFields"/>.
/// </summary>
/// <param name="Kind">What the message says.</param>
/// <param name="Node">The node that sent it.</param>
/// <param name="Length">The bytes of the head, after which the body begins.</param>
internal readonly record struct RedisMessageHead(RedisMessageKind Kind, ulong Node, int Length)
{
    /// <summary>The length of a head without optional fields.</summary>
    public const int PlainLength = FixedLength + 1;

    private const int FixedLength = 10;
    private const byte Version = 2;

    /// <summary>Whether the message is about an entry.</summary>
    public bool IsEntry => Kind is RedisMessageKind.Entry or RedisMessageKind.EntryByPosition;

    public static byte[] Encode(RedisMessageKind kind, ulong node, OptionalFields fields = default)
    {
        var head = new byte[FixedLength + fields.BlockLength];
        head[0] = Version;
        head[1] = (byte)kind;
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(2), node);
        fields.WriteBlock(head.AsSpan(FixedLength));
        return head;
    }

    /// <summary>
    /// Reads the head without looking at its optional fields; false for bytes that no version known here wrote.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out RedisMessageHead head)
    {
        head = default;
        if (message.Length < PlainLength || message[0] != Version
            || !OptionalFields.TryMeasureBlock(message[FixedLength..], out var block))
        {
            return false;
        }

        head = new RedisMessageHead((RedisMessageKind)message[1], BinaryPrimitives.ReadUInt64BigEndian(message[2..]),
            FixedLength + block);
        return true;
    }

    /// <summary>The optional fields of a message with this head; none if they do not read.</summary>
    public OptionalFields Fields(ReadOnlyMemory<byte> message) =>
        Length != PlainLength && OptionalFields.TryReadBlock(message[FixedLength..], out var fields) ? fields : default;

    /// <summary>Why a message with this head is refused, in the words that follow "it"; null if it is not.</summary>
    public string? Refusal(ReadOnlyMemory<byte> message) =>
        Length == PlainLength ? null
        : OptionalFields.TryReadBlock(message[FixedLength..], out var fields) ? fields.Refusal
        : "has fields that do not read";
}
