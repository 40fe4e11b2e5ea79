using System.Buffers;
using System.Runtime.CompilerServices;

namespace Relay.Connections.WebSockets;

/// <summary>
/// Cuts what a client sends into messages: puts fragments together, takes masks off, lets control frames through between fragments. Never holds more than one message of the
/// allowed size and a read's worth of bytes, and no buffer at all while nothing is under way. One reader at a time.
/// </summary>
internal sealed class ClientFrameReader(Stream stream, int maxMessageBytes) : IDisposable
{
    /// <summary>What a read takes at first; most frames of an editor are far smaller. The buffer grows only as bytes really come, whatever length a frame declares.</summary>
    private const int FirstBuffer = 4096;

    /// <summary>What a read takes from a client that fills smaller ones: a burst of small frames then costs one system call for thousands.</summary>
    private const int BurstBuffer = 65_536;

    /// <summary>Small messages that are read together share arrays of this size.</summary>
    private const int SharedBytes = 16_384;

    private const int MaxFrameOverhead = 14;

    private byte[] buffer = [];
    private int start;
    private int end;
    private byte[]? fragments;
    private int fragmentBytes;
    private bool inMessage;
    private bool inBurst;
    private byte[] shared = [];
    private int sharedUsed;
    private long bytesRead;

    /// <summary>How many bytes came from the network so far. Any thread may ask.</summary>
    public long BytesRead => Volatile.Read(ref bytesRead);

    /// <summary>The next message, or how the reading ended. A message's memory is not written again.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ClientFrame> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TryRead(out var frame))
            {
                return frame;
            }

            if (start == end)
            {
                // An idle connection waits with an empty read, and so holds no buffer.
                ReleaseBuffer();
                _ = await stream.ReadAsync(Memory<byte>.Empty, cancellation);
                buffer = ArrayPool<byte>.Shared.Rent(inBurst ? BurstBuffer : FirstBuffer);
            }
            else if (end == buffer.Length)
            {
                MakeRoom();
            }

            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellation);
            if (read == 0)
            {
                return new ClientFrame(ClientFrameKind.EndOfStream, default);
            }

            end += read;
            Volatile.Write(ref bytesRead, bytesRead + read);
            inBurst = end == buffer.Length || (inBurst && read >= FirstBuffer);
        }
    }

    public void Dispose()
    {
        ReleaseBuffer();
        if (fragments is not null)
        {
            ArrayPool<byte>.Shared.Return(fragments);
            fragments = null;
        }
    }

    /// <summary>The next message, if all of it has been read from the stream already.</summary>
    public bool TryRead(out ClientFrame frame)
    {
        while (true)
        {
            frame = default;
            var bytes = buffer.AsSpan(start, end - start);
            var outcome = ClientFrameHeader.TryRead(bytes, out var header);
            if (outcome == HeaderOutcome.NeedsMore)
            {
                return false;
            }

            var fragment = header.Opcode == WebSocketOpcode.Continuation;
            if (outcome == HeaderOutcome.Invalid || (!header.IsControl && fragment != inMessage))
            {
                frame = new ClientFrame(ClientFrameKind.Invalid, default);
                return true;
            }

            if (!header.IsControl && header.PayloadLength > maxMessageBytes - fragmentBytes)
            {
                frame = new ClientFrame(ClientFrameKind.TooLarge, default);
                return true;
            }

            if (header.Opcode == WebSocketOpcode.Text)
            {
                frame = new ClientFrame(ClientFrameKind.Text, default);
                return true;
            }

            if (bytes.Length - header.Size < header.PayloadLength)
            {
                return false;
            }

            var payload = bytes.Slice(header.Size, (int)header.PayloadLength);
            start += header.Size + payload.Length;
            if (header.IsControl || (header.Final && !inMessage))
            {
                var whole = Allocate(payload.Length);
                ClientFrameHeader.Unmask(payload, whole.Span, header.Mask);
                frame = new ClientFrame(KindOf(header.Opcode), whole);
                return true;
            }

            AddFragment(payload, header.Mask);
            inMessage = !header.Final;
            if (header.Final)
            {
                frame = new ClientFrame(ClientFrameKind.Message, TakeFragments());
                return true;
            }
        }
    }

    /// <summary>Memory for one message: a part of an array that it shares with those that came with it, so that a burst of small ones does not cost an array each.</summary>
    private Memory<byte> Allocate(int length)
    {
        if (length > shared.Length - sharedUsed)
        {
            var waiting = end - start;
            if (length >= SharedBytes || waiting == 0)
            {
                return GC.AllocateUninitializedArray<byte>(length);
            }

            shared = GC.AllocateUninitializedArray<byte>(Math.Min(SharedBytes, length + waiting));
            sharedUsed = 0;
        }

        sharedUsed += length;
        return shared.AsMemory(sharedUsed - length, length);
    }

    private static ClientFrameKind KindOf(WebSocketOpcode opcode) => opcode switch
    {
        WebSocketOpcode.Ping => ClientFrameKind.Ping,
        WebSocketOpcode.Pong => ClientFrameKind.Pong,
        WebSocketOpcode.Close => ClientFrameKind.Close,
        _ => ClientFrameKind.Message,
    };

    private void AddFragment(ReadOnlySpan<byte> payload, uint mask)
    {
        fragments ??= ArrayPool<byte>.Shared.Rent(FirstBuffer);
        if (fragments.Length - fragmentBytes < payload.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(fragmentBytes + payload.Length, (int)Math.Min(2L * fragments.Length, maxMessageBytes)));
            fragments.AsSpan(0, fragmentBytes).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(fragments);
            fragments = larger;
        }

        ClientFrameHeader.Unmask(payload, fragments.AsSpan(fragmentBytes), mask);
        fragmentBytes += payload.Length;
    }

    private byte[] TakeFragments()
    {
        var message = fragments.AsSpan(0, fragmentBytes).ToArray();
        ArrayPool<byte>.Shared.Return(fragments!);
        fragments = null;
        fragmentBytes = 0;
        return message;
    }

    private void MakeRoom()
    {
        var held = end - start;
        if (start >= buffer.Length / 2)
        {
            buffer.AsSpan(start, held).CopyTo(buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * buffer.Length, Math.Max(maxMessageBytes, FirstBuffer) + (long)MaxFrameOverhead));
            buffer.AsSpan(start, held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        start = 0;
        end = held;
    }

    private void ReleaseBuffer()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }

        shared = [];
        sharedUsed = 0;
        start = 0;
        end = 0;
    }
}
