using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Relay.Sockets;

namespace Relay.Bench.Load;

/// <summary>Gets the bytes of a message, which are gone when it returns.</summary>
internal delegate void MessageReader(ReadOnlySpan<byte> message);

/// <summary>
/// A WebSocket as a client sees it, on a plain socket: all sockets of the process are read on one thread, many frames a
/// read, because a generator that costs more than the server measures itself. It reads what servers send (unmasked,
/// whole messages) and takes anything else for an error.
/// </summary>
internal sealed class FrameSocket : ISocketEvents, IDisposable
{
    private const int Binary = 0x82, CloseFrame = 0x88, Ping = 0x89, Pong = 0x8A, Masked = 0x80;
    private const int ReadAtOnce = 64 << 10;

    // One loop for all, so that nothing that messages lead to runs twice at once.
    private static readonly SocketLoop Loop = SocketLoop.Next();

    [ThreadStatic]
    private static byte[]? readBuffer;

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock sending = new();
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MessageReader onMessage;
    private byte[] kept = [];
    private int keptLength;
    private long key;
    private volatile bool stopped;

    private FrameSocket(MessageReader onMessage) => this.onMessage = onMessage;

    /// <summary>Ends, with the reason, when the server closes.</summary>
    public Task Closed => closed.Task;

    /// <summary>
    /// Connects and shakes hands. Messages are told on the thread of all sockets, one after the other.
    /// </summary>
    public static async Task<FrameSocket> ConnectAsync(Uri address, MessageReader onMessage)
    {
        var client = new FrameSocket(onMessage);
        client.socket.Connect(IPAddress.Parse(address.Host), address.Port);
        client.socket.Blocking = false;
        var request =
            $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: "
                + "websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            + $"{Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))}\r\n\r\n";
        client.Write(Encoding.ASCII.GetBytes(request));
        client.key = Loop.Watch(client.socket.SafeHandle, client);
        await client.opened.Task;
        return client;
    }

    /// <summary>Sends one message, and waits where the server does not take it.</summary>
    public void Send(ReadOnlySpan<byte> message) => Send(Binary, message);

    /// <summary>Reads no more, for ever, and leaves the connection open.</summary>
    public void StopReading() => stopped = true;

    /// <summary>Says good-bye and leaves.</summary>
    public void Dispose()
    {
        stopped = true;
        if (!closed.Task.IsCompleted && opened.Task.IsCompletedSuccessfully)
        {
            try
            {
                Send(CloseFrame, [0x03, 0xE8]);
            }
            catch (SocketException)
            {
                // The server was faster.
            }
        }

        Loop.Remove(key);
        socket.Dispose();
    }

    void ISocketEvents.OnReady(bool readable, bool writable, bool ended)
    {
        try
        {
            var buffer = readBuffer ??= GC.AllocateUninitializedArray<byte>(ReadAtOnce);
            while (readable && !stopped)
            {
                var count = socket.Receive(buffer, SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                {
                    return;
                }

                if (error != SocketError.Success || count == 0)
                {
                    End($"The connection ended: {error}.");
                    return;
                }

                // What comes after a read that did not fill the buffer is told again, but for the end.
                Take(buffer.AsSpan(0, count));
                readable = count == buffer.Length || ended;
            }
        }
        catch (ObjectDisposedException) when (stopped)
        {
            // It was left at this moment.
        }
        catch (SocketException exception)
        {
            End($"The connection ended: {exception.SocketErrorCode}.");
        }
    }

    private void End(string why)
    {
        stopped = true;
        closed.TrySetException(new InvalidOperationException(why));
        opened.TrySetException(new InvalidOperationException(why));
        _ = closed.Task.Exception;
        _ = opened.Task.Exception;
    }

    /// <summary>Handles what is whole, and keeps the rest for the next read.</summary>
    private void Take(ReadOnlySpan<byte> received)
    {
        if (keptLength == 0)
        {
            Keep(received[Handle(received)..]);
            return;
        }

        Keep(received);
        var handled = Handle(kept.AsSpan(0, keptLength));
        keptLength -= handled;
        kept.AsSpan(handled, keptLength).CopyTo(kept);
        kept = keptLength == 0 ? [] : kept;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (kept.Length < keptLength + bytes.Length)
        {
            Array.Resize(ref kept, Math.Max(keptLength + bytes.Length, 2 * kept.Length));
        }

        bytes.CopyTo(kept.AsSpan(keptLength));
        keptLength += bytes.Length;
    }

    private int Handle(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        if (!opened.Task.IsCompleted)
        {
            position = bytes.IndexOf("\r\n\r\n"u8) + 4;
            if (position < 4)
            {
                return 0;
            }

            if (!bytes.StartsWith("HTTP/1.1 101"u8))
            {
                End(Encoding.ASCII.GetString(bytes));
                return bytes.Length;
            }

            opened.SetResult();
        }

        while (!stopped && TryReadFrame(bytes[position..], out var payload, out var end))
        {
            Handle(bytes[position], payload);
            position += end;
        }

        return stopped ? bytes.Length : position;
    }

    private static bool TryReadFrame(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload, out int end)
    {
        payload = default;
        end = 0;
        if (bytes.Length < 2)
        {
            return false;
        }

        var header = bytes[1] switch { 126 => 4, 127 => 10, _ => 2 };
        if (bytes.Length < header)
        {
            return false;
        }

        var length = header switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            10 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..])),
            _ => bytes[1],
        };
        end = header + length;
        payload = bytes.Length < end ? default : bytes[header..end];
        return bytes.Length >= end;
    }

    private void Handle(byte kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case Binary:
                onMessage(payload);
                break;
            case Ping:
                Send(Pong, payload);
                break;
            case Pong:
                break;
            case CloseFrame:
                End(payload.Length < 2
                    ? "The server closed."
                    : $"The server closed: {BinaryPrimitives.ReadUInt16BigEndian(payload)} "
                        + $"{Encoding.UTF8.GetString(payload[2..])}");
                break;
            default:
                throw new InvalidDataException($"A frame that starts with {kind:X2} came.");
        }
    }

    private void Send(int kind, ReadOnlySpan<byte> message)
    {
        const int mostHeader = 14;
        var rented = ArrayPool<byte>.Shared.Rent(mostHeader + message.Length);
        var header = message.Length switch { < 126 => 2, <= ushort.MaxValue => 4, _ => 10 };
        rented[0] = (byte)kind;
        if (header == 2)
        {
            rented[1] = (byte)(Masked | message.Length);
        }
        else if (header == 4)
        {
            rented[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(rented.AsSpan(2), (ushort)message.Length);
        }
        else
        {
            rented[1] = Masked | 127;
            BinaryPrimitives.WriteUInt64BigEndian(rented.AsSpan(2), (ulong)message.Length);
        }

        // Servers skip unmasking for a key of zeros.
        var mask = rented.AsSpan(header, 4);
        BinaryPrimitives.WriteInt32BigEndian(mask, Random.Shared.Next() | 1);
        for (var index = 0; index < message.Length; index++)
        {
            rented[header + 4 + index] = (byte)(message[index] ^ mask[index & 3]);
        }

        lock (sending)
        {
            Write(rented.AsSpan(0, header + 4 + message.Length));
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var count = socket.Send(bytes, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                socket.Poll(-1, SelectMode.SelectWrite);
                continue;
            }

            if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }

            bytes = bytes[count..];
        }
    }
}
