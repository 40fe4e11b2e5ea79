using System.Text;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The records that one system call writes, one after the other in a buffer that is used again.</summary>
internal sealed class RecordGroup
{
    private const int KeptBytes = 1 << 20;

    private byte[] buffer = new byte[64 << 10];

    public int Length { get; private set; }

    /// <summary>
    /// Adds a record and answers how many bytes it takes; it begins at what <see cref="Length"/> was before.
    /// </summary>
    public int Add(in RecordHeader header, DocumentName name, ReadOnlySpan<byte> payload)
    {
        var nameBytes = Encoding.UTF8.GetByteCount(name.Value);
        var length = LogRecord.LengthOf(nameBytes, header.Fields, payload.Length);
        LogRecord.Write(Reserve(length), header, name, nameBytes, payload);
        return length;
    }

    /// <summary>Adds a record that stood elsewhere.</summary>
    public void Add(ReadOnlySpan<byte> record) => record.CopyTo(Reserve(record.Length));

    /// <summary>Completes all records for the segment that they go to.</summary>
    /// <param name="seed">The segment's.</param>
    /// <param name="unflushed">The bytes before the group that the disk is not known to have.</param>
    public ReadOnlySpan<byte> Seal(uint seed, long unflushed)
    {
        for (var at = 0; at < Length;)
        {
            at += LogRecord.Seal(buffer.AsSpan(at), seed, (uint)(unflushed + at));
        }

        return buffer.AsSpan(0, Length);
    }

    public void Clear()
    {
        Length = 0;
        if (buffer.Length > KeptBytes)
        {
            buffer = new byte[KeptBytes];
        }
    }

    private Span<byte> Reserve(int length)
    {
        var needed = checked(Length + length);
        if (needed > buffer.Length)
        {
            Array.Resize(ref buffer, (int)Math.Min(Math.Max(needed, buffer.Length * 2L), Array.MaxLength));
        }

        var space = buffer.AsSpan(Length, length);
        Length = needed;
        return space;
    }
}
