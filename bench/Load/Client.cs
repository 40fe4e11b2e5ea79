using System.Net.WebSockets;
using System.Threading.Channels;
using Relay.Yjs;

namespace Relay.Bench.Load;

/// <summary>A y-websocket client without a document: it sends prepared frames, reads all that comes, and says when a SyncStep2 came.</summary>
internal sealed class Client : IDisposable
{
    private const byte Sync = 0, Step1 = 0, Step2 = 1, Update = 2;
    private readonly ClientWebSocket socket = new();
    private readonly Channel<long> answers = Channel.CreateUnbounded<long>();
    private Task reading = Task.CompletedTask;

    public static async Task<Client> ConnectAsync(string url, string document)
    {
        var client = new Client();
        await client.socket.ConnectAsync(new Uri($"{url}/{document}"), CancellationToken.None);
        client.reading = client.ReadAsync();
        return client;
    }

    /// <summary>One frame for an update, as a client sends it.</summary>
    public static byte[] UpdateFrame(ReadOnlySpan<byte> update)
    {
        using var writer = new Lib0Writer(update.Length + 8);
        writer.WriteByte(Sync);
        writer.WriteByte(Update);
        writer.WriteVarBytes(update);
        return writer.ToArray();
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame) => socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

    /// <summary>Asks for everything and waits until it is here; returns the bytes of the sync messages that came since the last answer.</summary>
    public async Task<long> SyncAsync()
    {
        await SendAsync(new byte[] { Sync, Step1, 1, 0 });
        var answer = answers.Reader.ReadAsync().AsTask();
        return await Task.WhenAny(answer, reading) == answer ? await answer : throw new InvalidOperationException("The server closed.", reading.Exception);
    }

    public void Dispose() => socket.Dispose();

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 17];
        for (long bytes = 0; ;)
        {
            byte message = 255, type = 255;
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (length == 0 && received.Count > 1)
                {
                    (message, type) = (buffer[0], buffer[1]);
                }

                length += received.Count;
            }
            while (!received.EndOfMessage);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidOperationException($"{socket.CloseStatus} {socket.CloseStatusDescription}");
            }

            bytes += message == Sync && type is Step2 or Update ? length : 0;
            if (message == Sync && type == Step2)
            {
                answers.Writer.TryWrite(bytes);
                bytes = 0;
            }
        }
    }
}
