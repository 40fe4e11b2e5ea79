using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Relay.Yjs;

/// <summary>
/// Reads lib0 encodings (<c>lib0/decoding.js</c>) from bytes that nobody vouches for. The first failure sticks: every
/// later read returns zero or nothing, so a caller may read a few values and check <see cref="Failed"/> once. Declared
/// lengths are checked against what is left before anything is handed out; nothing is allocated.
/// </summary>
public ref struct Lib0Reader
{
    /// <summary>The largest integer that JavaScript holds exactly, 2^53 - 1.</summary>
    public const ulong MaxSafeInteger = (1UL << 53) - 1;

    private readonly ReadOnlySpan<byte> data;
    private int position;
    private string? failure;
    private int failedAt;

    public Lib0Reader(ReadOnlySpan<byte> data) => this.data = data;

    /// <summary>Begins at a byte inside the data; positions count from the data's first byte all the same.</summary>
    internal Lib0Reader(ReadOnlySpan<byte> data, int start)
        : this(data) => position = start;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => position;

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => data.Length - position;

    public readonly bool AtEnd => position == data.Length;

    public readonly bool Failed => failure is not null;

    /// <summary>The first failure; meaningful only when <see cref="Failed"/>.</summary>
    public readonly YjsError Error => new(failure ?? "", failedAt);

    /// <summary>Records a failure at the present position, unless there is one already, and ends the input.</summary>
    public void Fail(string message) => FailAt(message, position);

    /// <summary>
    /// Records a failure at byte <paramref name="offset"/>, unless there is one already, and ends the input.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void FailAt(string message, int offset)
    {
        if (failure is null)
        {
            failure = message;
            failedAt = offset;
        }

        position = data.Length;
    }

    public byte ReadByte()
    {
        if (position < data.Length)
        {
            return data[position++];
        }

        Fail("The input ends where a byte is expected.");
        return 0;
    }

    /// <summary>An unsigned integer of at most 2^53 - 1 in groups of 7 bits, least significant first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadVarUint()
    {
        if (position < data.Length && data[position] < 0x80)
        {
            return data[position++];
        }

        return ReadLongVarUint();
    }

    /// <summary>A varUint that counts bytes: checked against what is left.</summary>
    public int ReadLength()
    {
        var start = position;
        var length = ReadVarUint();
        if (length > (ulong)Remaining)
        {
            FailAt("A declared length exceeds the input.", start);
            return 0;
        }

        return (int)length;
    }

    /// <summary>The next <paramref name="count"/> bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count < 0 || count > Remaining)
        {
            Fail("The input ends inside a value.");
            return default;
        }

        var span = data.Slice(position, count);
        position += count;
        return span;
    }

    /// <summary>A varUint length and as many bytes (<c>readVarUint8Array</c>).</summary>
    public ReadOnlySpan<byte> ReadVarBytes() => ReadBytes(ReadLength());

    /// <summary>
    /// A varUint length and as many bytes of valid UTF-8 (<c>readVarString</c>); the bytes are returned.
    /// </summary>
    public ReadOnlySpan<byte> ReadVarString()
    {
        var start = position;
        var bytes = ReadVarBytes();
        if (!Utf8.IsValid(bytes))
        {
            FailAt("A string is not valid UTF-8.", start);
            return default;
        }

        return bytes;
    }

    /// <summary>
    /// A signed integer of magnitude at most 2^53 - 1: continuation bit, sign bit and 6 bits, then groups of 7 bits.
    /// </summary>
    public long ReadVarInt()
    {
        var start = position;
        var first = ReadByte();
        ulong magnitude = first & 0x3Fu;
        var negative = (first & 0x40) != 0;
        var shift = 6;
        var more = (first & 0x80) != 0;
        while (more)
        {
            var next = ReadByte();
            if (Failed)
            {
                return 0;
            }

            if (shift > 53 || (magnitude |= (ulong)(next & 0x7F) << shift) > MaxSafeInteger)
            {
                FailAt("An integer exceeds 2^53 - 1.", start);
                return 0;
            }

            shift += 7;
            more = (next & 0x80) != 0;
        }

        return negative ? -(long)magnitude : (long)magnitude;
    }

    private ulong ReadLongVarUint()
    {
        var start = position;
        ulong value = 0;
        for (var shift = 0; position < data.Length; shift += 7)
        {
            var next = data[position++];
            if (shift > 49)
            {
                FailAt("An integer exceeds 2^53 - 1.", start);
                return 0;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                if (value > MaxSafeInteger)
                {
                    FailAt("An integer exceeds 2^53 - 1.", start);
                    return 0;
                }

                return value;
            }
        }

        Fail("The input ends inside an integer.");
        return 0;
    }
}
