using System.Net.Sockets;
using System.Text;

namespace Relay.Node;

/// <summary>A WebSocket client that does as it likes, byte by byte.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly Socket socket;
    private readonly List<byte> received = [];

    private RawSocket(Socket socket) => this.socket = socket;

    /// <param name="address">Where the node listens.</param>
    /// <param name="path">What is asked for.</param>
    /// <param name="early">What is sent together with the request.</param>
    public static async Task<RawSocket> ConnectAsync(Uri address, string path, byte[]? early = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveBufferSize = 4096
        };
        await socket.ConnectAsync(address.Host, address.Port).WaitAsync(TestNode.Patience);
        var raw = new RawSocket(socket);
        await raw.SendAsync([.. Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: "
                + "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), .. early ?? []]);

        // The answer to this key as RFC 6455, 1.3, gives it.
        await raw.UntilAsync(Encoding.ASCII.GetBytes("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        return raw;
    }

    public Task SendAsync(byte[] bytes) => socket.SendAsync(bytes).WaitAsync(TestNode.Patience);

    public Task SendFrameAsync(int opcode, byte[] payload) =>
        SendAsync([(byte)(0x80 | opcode), (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]);

    /// <summary>Reads until these bytes have come.</summary>
    public async Task UntilAsync(byte[] wanted)
    {
        int at;
        while ((at = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(received).IndexOf(wanted)) < 0)
        {
            Assert.True(await ReadAsync(), "The node closed before it sent what was expected.");
        }

        received.RemoveRange(0, at + wanted.Length);
    }

    /// <summary>Reads until the node has ended the connection, and answers no frame.</summary>
    public async Task UntilClosedAsync()
    {
        while (await ReadAsync())
        {
        }
    }

    /// <summary>Waits until the node has cut the connection, without reading from it.</summary>
    public async Task UntilResetAsync()
    {
        var until = DateTime.UtcNow + TestNode.Patience;
        while (!socket.Poll(TimeSpan.FromMilliseconds(10), SelectMode.SelectError) && socket.Connected)
        {
            Assert.True(DateTime.UtcNow < until, "The node did not cut the connection.");
            try
            {
                // A pong without a ping: it fails once the node has reset the connection.
                await SendFrameAsync(0xA, []);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> ReadAsync()
    {
        var buffer = new byte[4096];
        try
        {
            var read = await socket.ReceiveAsync(buffer).WaitAsync(TestNode.Patience);
            received.AddRange(buffer.AsSpan(0, read));
            return read > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
