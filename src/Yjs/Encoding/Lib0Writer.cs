using System.Buffers;
using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// Writes lib0 encodings (<c>lib0/encoding.js</c>) into a growing pooled buffer. Dispose returns the buffer; not
/// thread-safe.
/// </summary>
public sealed class Lib0Writer : IDisposable
{
    private const int MostVarUintBytes = 10;

    private readonly Use use;
    private byte[] buffer;
    private int length;

    // What was counted before what is in the buffer.
    private int counted;

    /// <param name="capacity">Bytes to start with.</param>
    public Lib0Writer(int capacity = 256)
        : this(Use.Pooled, ArrayPool<byte>.Shared.Rent(capacity))
    {
    }

    private Lib0Writer(Use use, byte[] buffer) => (this.use, this.buffer) = (use, buffer);

    /// <summary>What the buffer is for.</summary>
    private enum Use
    {
        Pooled,
        Counting,
        Exact,
    }

    /// <summary>Bytes written so far.</summary>
    public int Length => counted + length;

    /// <summary>What was written; valid until the next write, <see cref="Clear"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => buffer.AsSpan(0, length);

    /// <summary>What was written; valid until the next write, <see cref="Clear"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => buffer.AsMemory(0, length);

    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>A writer that only counts: all but <see cref="Length"/> is of no use.</summary>
    public static Lib0Writer Counting() => new(Use.Counting, ArrayPool<byte>.Shared.Rent(64));

    /// <summary>A writer that fills an array of the caller's and throws when that is full.</summary>
    public static Lib0Writer Into(byte[] target) => new(Use.Exact, target);

    /// <summary>Starts again with the same buffer.</summary>
    public void Clear() => length = 0;

    public void WriteByte(byte value)
    {
        if (length == buffer.Length)
        {
            Grow(1);
        }

        buffer[length++] = value;
    }

    /// <summary>A varUint of at most 2^53 - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteVarUint(ulong value)
    {
        if (buffer.Length - length < MostVarUintBytes)
        {
            GrowFor(value);
        }

        while (value >= 0x80)
        {
            buffer[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[length++] = (byte)value;
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length - length < bytes.Length)
        {
            if (use == Use.Counting)
            {
                counted = checked(counted + bytes.Length);
                return;
            }

            Grow(bytes.Length);
        }

        WorkMeter.CountBytes(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    /// <summary>
    /// A varUint length and the bytes (<c>writeVarUint8Array</c>, and <c>writeVarString</c> for UTF-8).
    /// </summary>
    public void WriteVarBytes(ReadOnlySpan<byte> bytes)
    {
        WriteVarUint((ulong)bytes.Length);
        WriteBytes(bytes);
    }

    /// <summary>The size of <paramref name="value"/> as a varUint, in bytes.</summary>
    public static int VarUintSize(ulong value)
    {
        var size = 1;
        while (value >= 0x80)
        {
            value >>= 7;
            size++;
        }

        return size;
    }

    public void Dispose()
    {
        if (use != Use.Exact)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = [];
        length = 0;
    }

    /// <summary>Only for the bytes that the value takes: an array may end with them.</summary>
    private void GrowFor(ulong value)
    {
        var size = VarUintSize(value);
        if (buffer.Length - length < size)
        {
            Grow(size);
        }
    }

    private void Grow(int by)
    {
        if (use == Use.Counting)
        {
            counted = checked(counted + length);
            length = 0;
            return;
        }

        if (use == Use.Exact)
        {
            throw new InvalidOperationException("The array is shorter than what is written into it.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(
            Math.Max(checked(length + by), (int)Math.Min(2L * buffer.Length, Array.MaxLength)));
        WorkMeter.CountBytes(length);
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
