using System.Net.WebSockets;
using Relay.Yjs;

namespace Relay.Node;

/// <summary>A client that speaks in hexadecimal.</summary>
internal sealed class TestSocket(ClientWebSocket socket) : IDisposable
{
    private readonly byte[] buffer = new byte[1 << 20];

    public ClientWebSocket Socket => socket;

    public YDocument Document { get; } = new();

    public Task SendAsync(byte[] message) =>
        socket.SendAsync(message, WebSocketMessageType.Binary, true, CancellationToken.None)
            .WaitAsync(TestNode.Patience);

    public Task SendAsync(string hex) => SendAsync(Convert.FromHexString(hex));

    /// <summary>The next message; null when the node closes.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(TestNode.Patience);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            Assert.Equal(WebSocketMessageType.Binary, received.MessageType);
            await message.WriteAsync(buffer.AsMemory(0, received.Count));
            if (received.EndOfMessage)
            {
                return message.ToArray();
            }
        }
    }

    public async Task<string> ReceiveHexAsync() =>
        Convert.ToHexStringLower(await ReceiveAsync()
            ?? throw new InvalidOperationException($"Closed: {socket.CloseStatus}"));

    /// <summary>Reads until a message begins with these bytes, and applies the updates on the way.</summary>
    public async Task<byte[]> UntilAsync(params byte[] start)
    {
        while (await ReceiveAsync() is { } message)
        {
            if (message is [0, 1 or 2, ..])
            {
                var reader = new Lib0Reader(message.AsSpan(2));
                Assert.True(Document.TryApply(reader.ReadVarBytes().ToArray(), out _, out var error), error.Message);
            }

            if (message.AsSpan().StartsWith(start))
            {
                return message;
            }
        }

        throw new InvalidOperationException($"Closed: {socket.CloseStatus} {socket.CloseStatusDescription}");
    }

    /// <summary>Reads until the node closes, and gives its code.</summary>
    public async Task<int> CloseCodeAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }

        var code = (int)socket.CloseStatus!.Value;
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None)
            .WaitAsync(TestNode.Patience);
        return code;
    }

    public Task CloseAsync() =>
        socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None)
        .WaitAsync(TestNode.Patience);

    public void Dispose() => socket.Dispose();
}
