using System.Net.WebSockets;

namespace Relay.Links;

/// <summary>A link over a WebSocket: one binary message for each frame, with its signature.</summary>
internal sealed class WebSocketLink(WebSocket socket, LinkSeal own, LinkSeal others) : ILinkConnection
{
    private const int MaxBytes = LinkFrame.MaxBytes + LinkSeal.Bytes;
    private const int FirstBytes = 4 << 10;

    private byte[] buffer = new byte[FirstBytes];

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        try
        {
            await socket.SendAsync(
                own.Seal(frame.Span), WebSocketMessageType.Binary, endOfMessage: true, cancellation);
        }
        catch (Exception exception) when (IsOver(exception))
        {
            throw new IOException("The connection is over.", exception);
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            for (var length = 0; ;)
            {
                if (length == buffer.Length)
                {
                    if (length == MaxBytes)
                    {
                        return null;
                    }

                    Array.Resize(ref buffer, Math.Min(2 * length, MaxBytes));
                }

                var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                length += part.Count;
                if (part.MessageType != WebSocketMessageType.Binary)
                {
                    return null;
                }

                if (part.EndOfMessage)
                {
                    // A copy: what is told may be kept, and most frames are small.
                    return others.TryOpen(buffer.AsMemory(0, length), out var frame) ? frame.ToArray() : null;
                }
            }
        }
        catch (Exception exception) when (IsOver(exception))
        {
            return null;
        }
    }

    public void Abort() => socket.Abort();

    public void Dispose()
    {
        socket.Dispose();
        own.Dispose();
        others.Dispose();
    }

    private static bool IsOver(Exception exception) =>
        exception is WebSocketException or ObjectDisposedException or InvalidOperationException;
}
