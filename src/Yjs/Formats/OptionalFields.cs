namespace Relay.Yjs;

/// <summary>
/// The optional fields of a format that can grow: log entries, channel messages, snapshots and peers' answers. A writer
/// of a newer version adds a field; a reader of an older one skips it or refuses what carries it, as the tag says.
/// </summary>
/// <remarks>
/// The bytes: one field after the other, each a tag (1 byte), the length of its value (1 or 2 bytes) and the value.
/// Tags ascend, so no tag stands twice. An <b>even</b> tag may be skipped by a reader that does not know it, and is
/// kept where the reader stores the bytes again. An <b>odd</b> tag must be known: a reader that does not know it
/// refuses the whole. A length below 128 is one byte; a longer one is its low seven bits with the high bit set, and
/// then the seven bits above them. A <b>block</b> is the length of all fields, written in the same way, and the fields;
/// without fields it is one zero byte. No format has a required field yet, so every odd tag is unknown.
/// </remarks>
public readonly record struct OptionalFields
{
    /// <summary>The most bytes that all fields of one block have together.</summary>
    public const int MaxBytes = (1 << 14) - 1;

    private OptionalFields(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>No field; also the default.</summary>
    public static OptionalFields None => default;

    /// <summary>The fields without the length before them. Not changed by anyone.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>The bytes of the block.</summary>
    public int BlockLength => SizeOfLength(Bytes.Length) + Bytes.Length;

    /// <summary>
    /// Why a reader of this version refuses what has these fields, in the words that follow "it"; null if it need not.
    /// </summary>
    public string? Refusal => FirstUnknownRequired(Bytes.Span) is { } tag
        ? $"has the required field {tag}, which this version of Relay does not know: a newer one wrote it"
        : null;

    /// <summary>These fields and one more.</summary>
    /// <param name="tag">Above the tags that there are; odd if a reader that does not know it must refuse.</param>
    /// <param name="value">What it says.</param>
    /// <exception cref="ArgumentException">The tag is not above the others, or the fields are too long.</exception>
    public OptionalFields With(byte tag, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[2];
        length = value.Length > MaxBytes ? default : length[..WriteLength(length, value.Length)];
        byte[] bytes = [.. Bytes.Span, tag, .. length, .. value];
        return bytes.Length <= MaxBytes && TryRead(bytes, out var fields)
            ? fields
            : throw new ArgumentException("Tags of fields ascend, and fields have a limit.", nameof(tag));
    }

    /// <summary>The value of a field; null without it.</summary>
    public ReadOnlyMemory<byte>? Find(byte tag)
    {
        var rest = Bytes;
        while (!rest.IsEmpty)
        {
            var isIt = rest.Span[0] == tag;
            _ = TryReadLength(rest.Span[1..], out var length, out var size);
            var value = rest.Slice(1 + size, length);
            if (isIt)
            {
                return value;
            }

            rest = rest[(1 + size + length)..];
        }

        return null;
    }

    /// <summary>Writes the block, and returns its length.</summary>
    public int WriteBlock(Span<byte> target)
    {
        var size = WriteLength(target, Bytes.Length);
        Bytes.Span.CopyTo(target[size..]);
        return size + Bytes.Length;
    }

    /// <summary>Reads a block from the start of the input; false if it is none or is cut off.</summary>
    public static bool TryReadBlock(ReadOnlyMemory<byte> input, out OptionalFields fields)
    {
        if (!input.IsEmpty && input.Span[0] == 0)
        {
            fields = default;
            return true;
        }

        fields = default;
        return TryReadLength(input.Span, out var length, out var size)
            && length <= input.Length - size
            && TryRead(input.Slice(size, length), out fields);
    }

    /// <summary>
    /// The length of the block at the start of the input, whose fields are not looked at; false if it is cut off.
    /// </summary>
    public static bool TryMeasureBlock(ReadOnlySpan<byte> input, out int blockLength)
    {
        var isWhole = TryReadLength(input, out var length, out var size) && length <= input.Length - size;
        blockLength = isWhole ? size + length : 0;
        return isWhole;
    }

    /// <summary>Reads all fields of a block whose length is known; false if they do not read.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out OptionalFields fields)
    {
        fields = default;
        var rest = bytes.Span;
        for (var last = -1; !rest.IsEmpty;)
        {
            if (rest[0] <= last || !TryReadLength(rest[1..], out var length, out var size)
                || length > rest.Length - 1 - size)
            {
                return false;
            }

            last = rest[0];
            rest = rest[(1 + size + length)..];
        }

        fields = bytes.IsEmpty ? default : new OptionalFields(bytes);
        return bytes.Length <= MaxBytes;
    }

    /// <summary>Whether both have the same fields.</summary>
    public bool Equals(OptionalFields other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    private static byte? FirstUnknownRequired(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            if ((rest[0] & 1) == 1)
            {
                return rest[0];
            }

            _ = TryReadLength(rest[1..], out var length, out var size);
            rest = rest[(1 + size + length)..];
        }

        return null;
    }

    private static int SizeOfLength(int length) => length < 0x80 ? 1 : 2;

    private static int WriteLength(Span<byte> target, int length)
    {
        if (length < 0x80)
        {
            target[0] = (byte)length;
            return 1;
        }

        target[0] = (byte)(length | 0x80);
        target[1] = (byte)(length >> 7);
        return 2;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> bytes, out int length, out int size)
    {
        length = 0;
        size = 0;
        if (bytes.IsEmpty)
        {
            return false;
        }

        size = bytes[0] < 0x80 ? 1 : 2;
        if (size == 1)
        {
            length = bytes[0];
            return true;
        }

        // A short length in two bytes, or one of three, is a second way to write the same, or damage.
        if (bytes.Length < 2 || bytes[1] is 0 or >= 0x80)
        {
            return false;
        }

        length = (bytes[0] & 0x7F) | (bytes[1] << 7);
        return true;
    }
}
