using System.Buffers;
using Relay.Sockets.Backpressure;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// What was read from a connection and is not taken yet, in a pooled array; no array while none is needed. A mutable
/// struct, to be kept in a field: a reader has no further object for it.
/// </summary>
internal struct ClientFrameBuffer()
{
    /// <summary>What a read takes at first; most frames of an editor are far smaller.</summary>
    private const int FirstBytes = 4096;

    /// <summary>
    /// What a read takes from a client that fills smaller ones: a burst of small frames then costs one system call for
    /// thousands.
    /// </summary>
    private const int BurstBytes = 65_536;

    private byte[] array = [];
    private int start;
    private int end;
    private bool inBurst;

    /// <summary>The bytes of the array.</summary>
    public readonly int Capacity => array.Length;

    /// <summary>How many bytes are not taken yet.</summary>
    public readonly int Count => end - start;

    /// <summary>The bytes that are not taken yet.</summary>
    public readonly Span<byte> Unread => array.AsSpan(start, end - start);

    /// <summary>Room for what is read next.</summary>
    public readonly Memory<byte> Free => array.AsMemory(end);

    /// <summary>The first bytes were taken.</summary>
    public void Take(int bytes) => start += bytes;

    /// <summary>So many bytes were read into <see cref="Free"/>.</summary>
    public void Add(int bytes)
    {
        end += bytes;
        inBurst = end == array.Length || (inBurst && bytes >= FirstBytes);
    }

    /// <summary>
    /// Before a read: gives the array back if no byte is in it, and makes room if it is full.
    /// </summary>
    public void Prepare()
    {
        if (start == end)
        {
            Release();
        }
        else if (end == array.Length)
        {
            MakeRoom();
        }
    }

    /// <summary>Takes an array from the pool, when there is none.</summary>
    /// <param name="mayBeLarge">Whether a client in a burst gets a larger one.</param>
    public void Rent(bool mayBeLarge) =>
        array = ArrayPool<byte>.Shared.Rent(inBurst && mayBeLarge ? BurstBytes : FirstBytes);

    /// <summary>Gives the array back, with all that is in it.</summary>
    public void Release()
    {
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
            array = [];
        }

        start = 0;
        end = 0;
    }

    private void MakeRoom()
    {
        var held = end - start;
        StepMeter.CountBytes(held);
        if (start >= array.Length / 2)
        {
            array.AsSpan(start, held).CopyTo(array);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * array.Length);
            array.AsSpan(start, held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(array);
            array = larger;
        }

        start = 0;
        end = held;
    }
}
