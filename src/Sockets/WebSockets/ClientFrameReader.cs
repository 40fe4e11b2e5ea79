using System.Numerics;
using System.Runtime.CompilerServices;
using Relay.Sockets.Backpressure;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// Cuts what a client sends into messages: puts fragments together, takes masks off, lets control frames through
/// between fragments. Holds a read's worth of bytes and what has come of one message of the allowed size, and no
/// buffer at all while no message is under way. A message beyond the limit is not kept: its beginning is handed over,
/// and the rest is skipped as it comes. One reader at a time.
/// </summary>
internal sealed class ClientFrameReader(Stream stream, int maxMessageBytes, BufferBudget budget) : IDisposable
{
    /// <summary>What is kept of a message that is too large: enough to see whose it is.</summary>
    public const int BeginningBytes = 1536;

    /// <summary>
    /// Payloads up to this wait in the buffer until they are whole; larger ones are collected as they come.
    /// </summary>
    private const int LargestInBuffer = 32_000;

    private readonly SmallMessages small = new();
    private readonly ChargedBuffer collector = new(budget, maxMessageBytes);
    private readonly int most = maxMessageBytes;
    private int limit = maxMessageBytes;

    /// <summary>What a message that is not whole is charged to, as long as there is such a charge.</summary>
    private UnadmittedCharge? charge;

    // Not readonly: it is a mutable struct.
    private ClientFrameBuffer buffer = new();
    private bool inMessage;
    private bool isSkipping;

    // The frame that is collected or skipped as it comes: how much of its payload has not come, and the mask of what
    // comes next.
    private bool inFrame;
    private bool isFinal;
    private long left;
    private uint mask;
    private long wanted;
    private long bytesRead;
    private bool isInMiddle;

    /// <summary>How many bytes came from the network so far. Any thread may ask.</summary>
    public long BytesRead => Volatile.Read(ref bytesRead);

    /// <summary>Whether a message has come in part. Any thread may ask.</summary>
    public bool IsInMiddle => Volatile.Read(ref isInMiddle);

    /// <summary>From now on messages may be so large, at most as large as any reader's.</summary>
    /// <param name="bytes">The largest message.</param>
    /// <param name="unadmitted">
    /// What small messages are charged to as well while they are not whole; null if they are not.
    /// </param>
    public void LimitMessages(int bytes, UnadmittedBudget? unadmitted)
    {
        limit = Math.Min(bytes, most);
        charge?.Dispose();
        charge = unadmitted is null ? null : new UnadmittedCharge(unadmitted);
    }

    /// <summary>
    /// The next message, or how the reading ended. A message's memory is not written again, unless it is <see
    /// cref="LentMemory"/> and is given back.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ClientFrame> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TryRead(out var frame, isFirst: true))
            {
                return frame;
            }

            Volatile.Write(ref isInMiddle, inMessage || buffer.Count > 0);
            if (wanted > 0)
            {
                if (!await budget.TakeAsync(wanted, cancellation))
                {
                    return new ClientFrame(ClientFrameKind.NoRoom, default);
                }

                collector.Granted(wanted);
                wanted = 0;
                continue;
            }

            if (buffer.Count == 0)
            {
                small.Release();
            }

            buffer.Prepare();
            if (charge?.TrySet(buffer.Capacity + collector.Capacity) == false)
            {
                return new ClientFrame(ClientFrameKind.NoRoom, default);
            }

            if (buffer.Capacity == 0)
            {
                // An idle connection waits with an empty read, and so holds no buffer.
                _ = await stream.ReadAsync(Memory<byte>.Empty, cancellation);
                buffer.Rent(mayBeLarge: charge is null);
            }

            var read = await stream.ReadAsync(buffer.Free, cancellation);
            if (read == 0)
            {
                return new ClientFrame(ClientFrameKind.EndOfStream, default);
            }

            buffer.Add(read);
            Volatile.Write(ref bytesRead, bytesRead + read);
        }
    }

    public void Dispose()
    {
        buffer.Release();
        small.Release();
        collector.Dispose();
        charge?.Dispose();
    }

    /// <summary>
    /// The next message, if all of it has been read from the stream already. One that is too large for now waits: the
    /// messages before it may raise the limit.
    /// </summary>
    public bool TryRead(out ClientFrame frame) => TryRead(out frame, isFirst: false);

    private bool TryRead(out ClientFrame frame, bool isFirst)
    {
        while (true)
        {
            StepMeter.Count();
            if (inFrame)
            {
                if (!TryGoOn(out var message))
                {
                    frame = default;
                    return false;
                }

                if (message is null)
                {
                    continue;
                }

                frame = new ClientFrame(ClientFrameKind.Message, message.Value);
                return true;
            }

            frame = default;
            var bytes = buffer.Unread;
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

            if (header.Opcode == WebSocketOpcode.Text)
            {
                frame = new ClientFrame(ClientFrameKind.Text, default);
                return true;
            }

            var isLarge = header.PayloadLength > Math.Min(LargestInBuffer, limit);
            if (!header.IsControl && (inMessage || !header.Final || isLarge))
            {
                if (!isSkipping && header.PayloadLength > limit - collector.Count)
                {
                    byte[] beginning = [];
                    if ((!isFirst && limit < most)
                        || !TryReadBeginning(bytes[header.Size..], header, out beginning))
                    {
                        return false;
                    }

                    isSkipping = true;
                    collector.Drop();
                    Begin(header);
                    frame = new ClientFrame(ClientFrameKind.TooLarge, beginning);
                    return true;
                }

                Begin(header);
                continue;
            }

            if (bytes.Length - header.Size < header.PayloadLength)
            {
                return false;
            }

            var payload = bytes.Slice(header.Size, (int)header.PayloadLength);
            buffer.Take(header.Size + payload.Length);
            var whole = small.Allocate(payload.Length, buffer.Count);
            ClientFrameHeader.Unmask(payload, whole.Span, header.Mask);
            frame = new ClientFrame(KindOf(header.Opcode), whole);
            return true;
        }
    }

    private void Begin(in ClientFrameHeader header)
    {
        buffer.Take(header.Size);
        inFrame = true;
        inMessage = true;
        isFinal = header.Final;
        left = header.PayloadLength;
        mask = header.Mask;
    }

    /// <summary>
    /// Takes what has been read of the frame under way; false if there has to be more, or room for it.
    /// </summary>
    /// <param name="message">The message, if it ended with this frame and was not skipped.</param>
    private bool TryGoOn(out ReadOnlyMemory<byte>? message)
    {
        message = null;
        var part = (int)Math.Min(left, buffer.Count);
        if (!isSkipping && part > 0)
        {
            wanted = collector.MakeRoom(part, isFinal ? collector.Count + left : 0);
            if (wanted > 0)
            {
                return false;
            }

            ClientFrameHeader.Unmask(buffer.Unread[..part], collector.Add(part), mask);
            mask = BitOperations.RotateRight(mask, 8 * (part & 3));
        }

        buffer.Take(part);
        left -= part;
        if (left > 0)
        {
            return false;
        }

        inFrame = false;
        if (isFinal)
        {
            inMessage = false;
            if (!isSkipping)
            {
                message = collector.TakeOrLend();
            }

            isSkipping = false;
        }

        return true;
    }

    /// <summary>
    /// The first bytes of a message that turned out to be too large with this frame; false if there has to be more.
    /// </summary>
    private bool TryReadBeginning(ReadOnlySpan<byte> payload, in ClientFrameHeader header, out byte[] beginning)
    {
        beginning = [];
        var before = collector.Collected.Span;
        var length = (int)Math.Min(BeginningBytes, before.Length + header.PayloadLength);
        if (before.Length >= length)
        {
            beginning = before[..length].ToArray();
            return true;
        }

        var more = length - before.Length;
        if (payload.Length < more)
        {
            return false;
        }

        beginning = new byte[length];
        before.CopyTo(beginning);
        ClientFrameHeader.Unmask(payload[..more], beginning.AsSpan(before.Length), header.Mask);
        return true;
    }

    private static ClientFrameKind KindOf(WebSocketOpcode opcode) => opcode switch
    {
        WebSocketOpcode.Ping => ClientFrameKind.Ping,
        WebSocketOpcode.Pong => ClientFrameKind.Pong,
        WebSocketOpcode.Close => ClientFrameKind.Close,
        _ => ClientFrameKind.Message,
    };
}
