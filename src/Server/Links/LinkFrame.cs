using System.Buffers.Binary;
using System.Text;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>
/// What travels on a link in one piece: version (1 byte), a block of <see cref="OptionalFields"/>, the frame's number,
/// the number of the last frame that was received, and items. Numbers are lib0 varints.
/// </summary>
/// <remarks>
/// An item is its kind (1 byte) and the length of its body (varint); the body is a block of optional fields, the
/// document's name with its length, the opening (varint), for <see cref="LinkItemKind.Stateless"/> the sender
/// (8 bytes, big-endian), and the content.
/// </remarks>
/// <param name="Number">Counts the frames with items; one without items repeats the last number.</param>
/// <param name="Received">The number of the last frame with items that the sender of this one has received.</param>
/// <param name="Items">In their order.</param>
internal sealed record LinkFrame(ulong Number, ulong Received, IReadOnlyList<LinkItem> Items)
{
    /// <summary>The most bytes of a frame: a whole batch and one large item more.</summary>
    public const int MaxBytes = 2 << 20;

    private const byte Version = 1;
    private const int SenderBytes = 8;

    public byte[] Encode()
    {
        using var writer = new Lib0Writer();
        using var body = new Lib0Writer();
        writer.WriteByte(Version);
        writer.WriteByte(0);
        writer.WriteVarUint(Number);
        writer.WriteVarUint(Received);
        foreach (var item in Items)
        {
            body.Clear();
            Write(body, item);
            writer.WriteByte((byte)item.Kind);
            writer.WriteVarBytes(body.WrittenSpan);
        }

        return writer.ToArray();
    }

    /// <summary>Reads a frame, whose items are slices of the bytes.</summary>
    /// <returns>Null, or why the frame is refused, in the words that follow "it".</returns>
    public static string? Read(ReadOnlyMemory<byte> bytes, out LinkFrame frame)
    {
        frame = new LinkFrame(0, 0, []);
        if (bytes.Length is < 4 or > MaxBytes || bytes.Span[0] != Version)
        {
            return "is no frame of this version";
        }

        if (!OptionalFields.TryReadBlock(bytes[1..], out var fields))
        {
            return "has fields that do not read";
        }

        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var start = 1 + fields.BlockLength;
        var reader = new Lib0Reader(bytes.Span[start..]);
        var (number, received) = (reader.ReadVarUint(), reader.ReadVarUint());
        var items = new List<LinkItem>();
        while (!reader.Failed && !reader.AtEnd)
        {
            var kind = (LinkItemKind)reader.ReadByte();
            var length = reader.ReadLength();
            if (reader.Failed)
            {
                break;
            }

            var body = bytes.Slice(start + reader.Position, length);
            reader.ReadBytes(length);
            if (Enum.IsDefined(kind))
            {
                if (ReadItem(kind, body, out var item) is { } problem)
                {
                    return problem;
                }

                items.Add(item);
            }
            else if (((byte)kind & 1) == 1)
            {
                return $"has an item of the kind {(byte)kind}, which this version of Relay does not know";
            }
        }

        frame = new LinkFrame(number, received, items);
        return reader.Failed ? "is cut off" : null;
    }

    private static void Write(Lib0Writer body, in LinkItem item)
    {
        body.WriteByte(0);
        body.WriteVarBytes(item.Document.ToUtf8());
        body.WriteVarUint(item.Opening);
        if (item.Kind == LinkItemKind.Stateless)
        {
            Span<byte> sender = stackalloc byte[SenderBytes];
            BinaryPrimitives.WriteUInt64BigEndian(sender, item.Sender);
            body.WriteBytes(sender);
        }

        body.WriteBytes(item.Content.Span);
    }

    private static string? ReadItem(LinkItemKind kind, ReadOnlyMemory<byte> body, out LinkItem item)
    {
        item = default;
        if (!OptionalFields.TryReadBlock(body, out var fields))
        {
            return "has an item with fields that do not read";
        }

        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var reader = new Lib0Reader(body.Span[fields.BlockLength..]);
        var name = reader.ReadVarString();
        var opening = reader.ReadVarUint();
        var sender = kind == LinkItemKind.Stateless ? reader.ReadBytes(SenderBytes) : default;
        if (reader.Failed || !DocumentName.TryCreate(Encoding.UTF8.GetString(name), out var document, out _))
        {
            return "has an item that does not read";
        }

        item = new LinkItem(
            kind,
            document,
            opening,
            body[(fields.BlockLength + reader.Position)..],
            sender.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64BigEndian(sender));
        return null;
    }
}
