using System.Buffers;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// Frames that wait to be written, and how much of them was taken for writing. A mutable struct, to be kept in a field:
/// a connection has no further object for it. Not thread-safe.
/// </summary>
internal struct FrameBatch
{
    /// <summary>
    /// The most that goes into one write. Larger ones save nothing, and a client's progress is judged by the write.
    /// </summary>
    public const int MaxWrite = 64 << 10;

    private ReadOnlyMemory<byte>[]? frames;
    private int frame;
    private int offset;

    /// <summary>Whether there are frames, also if all of them are taken.</summary>
    public readonly bool IsThere => frames is not null;

    /// <summary>Whether there are frames, and all of them are taken.</summary>
    public readonly bool IsTaken => frames is not null && frame == frames.Length;

    /// <summary>Whether a frame was taken in part: no other may go before the rest of it.</summary>
    public readonly bool IsInFrame => offset > 0;

    /// <summary>These frames wait from now on.</summary>
    public void Start(ReadOnlyMemory<byte>[] whole)
    {
        frames = whole;
        frame = 0;
        offset = 0;
    }

    /// <summary>These frames are there from now on, and taken already.</summary>
    public void StartTaken(ReadOnlyMemory<byte>[] whole)
    {
        frames = whole;
        frame = whole.Length;
        offset = 0;
    }

    /// <summary>Forgets the frames. What was taken of one in part stays so: the connection is inside it.</summary>
    public void Drop() => frames = null;

    /// <summary>Takes as much as fits into one write; called while some frame is not taken.</summary>
    /// <param name="rented">An array for <see cref="Return"/> after the write; null if none was needed.</param>
    public ReadOnlyMemory<byte> Take(out byte[]? rented)
    {
        rented = null;
        var first = frames![frame][offset..];
        if (first.Length >= MaxWrite)
        {
            Advance(MaxWrite);
            return first[..MaxWrite];
        }

        if (frame == frames.Length - 1)
        {
            Advance(first.Length);
            return first;
        }

        // Several frames, one write.
        rented = ArrayPool<byte>.Shared.Rent(MaxWrite);
        var length = 0;
        while (frame < frames.Length && length < MaxWrite)
        {
            var next = frames[frame].Span[offset..];
            var taken = Math.Min(next.Length, MaxWrite - length);
            next[..taken].CopyTo(rented.AsSpan(length));
            length += taken;
            Advance(taken);
        }

        return rented.AsMemory(0, length);
    }

    /// <summary>
    /// All frames as one write, or no bytes if they are too large for one. The usual case, in which the kernel takes it
    /// at once and nothing of it has to be remembered.
    /// </summary>
    /// <param name="whole">The frames.</param>
    /// <param name="rented">An array for <see cref="Return"/> after the write; null if none was needed.</param>
    public static ReadOnlyMemory<byte> Gather(ReadOnlyMemory<byte>[] whole, out byte[]? rented)
    {
        rented = null;
        if (whole.Length == 1)
        {
            return whole[0].Length <= MaxWrite ? whole[0] : default;
        }

        var length = 0L;
        foreach (var frame in whole)
        {
            length += frame.Length;
        }

        if (length > MaxWrite)
        {
            return default;
        }

        rented = ArrayPool<byte>.Shared.Rent((int)length);
        var at = 0;
        foreach (var frame in whole)
        {
            frame.Span.CopyTo(rented.AsSpan(at));
            at += frame.Length;
        }

        return rented.AsMemory(0, at);
    }

    /// <summary>Gives the array of a write back, if it had one.</summary>
    public static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Advance(int bytes)
    {
        offset += bytes;
        if (offset == frames![frame].Length)
        {
            frame++;
            offset = 0;
        }
    }
}
