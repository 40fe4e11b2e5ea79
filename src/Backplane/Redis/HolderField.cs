using System.Buffers.Binary;
using System.Text;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The optional field of channel messages that says who holds the document: the opening (8 bytes, big-endian), then
/// address and incarnation (UTF-8). A reader that does not know it goes on by the channel.
/// </summary>
internal static class HolderField
{
    public const byte Tag = 2;

    /// <summary>The most bytes of a name that is read: no node has a longer one.</summary>
    public const int MaxNameBytes = 512;

    private const int OpeningBytes = 8;

    public static OptionalFields Of(DocumentHolder holder)
    {
        var bytes = new byte[OpeningBytes + Encoding.UTF8.GetByteCount(holder.Node)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, holder.Opening);
        Encoding.UTF8.GetBytes(holder.Node, bytes.AsSpan(OpeningBytes));
        return OptionalFields.None.With(Tag, bytes);
    }

    /// <summary>The holder; null without the field, or if it does not read.</summary>
    public static DocumentHolder? In(OptionalFields fields)
    {
        if (fields.Find(Tag) is not { Length: > OpeningBytes and <= OpeningBytes + MaxNameBytes } bytes)
        {
            return null;
        }

        var name = Encoding.UTF8.GetString(bytes.Span[OpeningBytes..]);
        return new DocumentHolder(name, BinaryPrimitives.ReadUInt64BigEndian(bytes.Span));
    }
}
