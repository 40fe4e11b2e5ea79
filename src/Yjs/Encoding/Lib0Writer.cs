using System.Buffers;
using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// Writes lib0 encodings (<c>lib0/encoding.js</c>) into a growing pooled buffer. Dispose returns the buffer; not
/// thread-safe.
/// </summary>
public sealed class Lib0Writer : IDisposable
{
    private byte[] buffer;
    private int length;

    /// <param name="capacity">Bytes to start with.</param>
    public Lib0Writer(int capacity = 256) => buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes written so far.</summary>
    public int Length => length;

    /// <summary>What was written; valid until the next write, <see cref="Clear"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => buffer.AsSpan(0, length);

    /// <summary>What was written; valid until the next write, <see cref="Clear"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => buffer.AsMemory(0, length);

    public byte[] ToArray() => WrittenSpan.ToArray();

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
        if (buffer.Length - length < 10)
        {
            Grow(10);
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
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private void Grow(int by)
    {
        var larger = ArrayPool<byte>.Shared.Rent(
            Math.Max(checked(length + by), (int)Math.Min(2L * buffer.Length, Array.MaxLength)));
        WorkMeter.CountBytes(length);
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
