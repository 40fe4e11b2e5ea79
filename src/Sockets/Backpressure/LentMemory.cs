using System.Buffers;
using System.Runtime.InteropServices;

namespace Relay.Sockets.Backpressure;

/// <summary>
/// A large message in an array that others get when all holders of the message have given it back. A holder that keeps
/// bytes of it for long does not: then the array is the collector's, once they are gone. Who reads a message that was
/// given back gets an exception, and never bytes of another one.
/// </summary>
/// <param name="arrays">Where the array is from.</param>
/// <param name="array">The array.</param>
/// <param name="length">How many of its bytes the message has.</param>
internal sealed class LentMemory(LargeArrays arrays, byte[] array, int length) : MemoryManager<byte>
{
    private byte[]? array = array;
    private int holders = 1;

    private byte[] Array => Volatile.Read(ref array) ?? throw new ObjectDisposedException(nameof(LentMemory));

    /// <summary>The message's memory; null where its memory is its own.</summary>
    public static LentMemory? Of(ReadOnlyMemory<byte> message) =>
        MemoryMarshal.TryGetMemoryManager<byte, LentMemory>(message, out var lent) ? lent : null;

    /// <summary>One holder more, which gives it back or keeps it; said by one that holds it.</summary>
    public void Share() => Interlocked.Increment(ref holders);

    /// <summary>A holder does not read it any more.</summary>
    public void GiveBack()
    {
        if (Interlocked.Decrement(ref holders) == 0 && Interlocked.Exchange(ref array, null) is { } free)
        {
            arrays.Return(free);
        }
    }

    public override Span<byte> GetSpan() => Array.AsSpan(0, length);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        var handle = GCHandle.Alloc(Array, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle);
    }

    public override void Unpin()
    {
        // The handle that Pin returned frees the array.
    }

    /// <summary>How holders that know no more than the memory give it back.</summary>
    protected override void Dispose(bool disposing) => GiveBack();
}
