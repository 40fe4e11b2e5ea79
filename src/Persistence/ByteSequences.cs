using System.Buffers;

namespace Relay.Persistence;

/// <summary>Sequences of bytes that do not lie together in memory.</summary>
internal static class ByteSequences
{
    /// <summary>One sequence of all parts, at least one, without a copy.</summary>
    public static ReadOnlySequence<byte> Join(ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        var first = new Segment(parts[0], 0);
        var last = first;
        foreach (var part in parts[1..])
        {
            last = last.Append(part);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Whether a sequence is exactly these bytes.</summary>
    public static bool HasBytes(this in ReadOnlySequence<byte> sequence, ReadOnlySpan<byte> bytes)
    {
        if (sequence.Length != bytes.Length)
        {
            return false;
        }

        foreach (var part in sequence)
        {
            if (!bytes.StartsWith(part.Span))
            {
                return false;
            }

            bytes = bytes[part.Length..];
        }

        return true;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
