using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Relay.Yjs;

namespace Relay.Bench.Load;

/// <summary>Gets the bytes of an update, which are gone when it returns.</summary>
internal delegate void UpdateReader(ReadOnlySpan<byte> update);

/// <summary>A client without a document: it sends prepared frames, reads all that comes, and says when a SyncStep2 came.</summary>
internal sealed class Client : IDisposable
{
    private const byte Sync = 0, Auth = 2, SyncReply = 4, Step1 = 0, Step2 = 1, Update = 2;
    private readonly ClientWebSocket socket = new();
    private readonly Channel<long> answers = Channel.CreateUnbounded<long>();
    private readonly byte[] address;
    private readonly UpdateReader? onUpdate;
    private Task reading = Task.CompletedTask;
    private long bytes;

    private Client(byte[] address, UpdateReader? onUpdate) => (this.address, this.onUpdate) = (address, onUpdate);

    /// <summary>Connects to a document.</summary>
    /// <param name="url">Where documents are.</param>
    /// <param name="document">Its name.</param>
    /// <param name="dialect">How the server is spoken to.</param>
    /// <param name="onUpdate">Gets each update that comes, one after the other.</param>
    public static async Task<Client> ConnectAsync(string url, string document, Dialect dialect = Dialect.YWebsocket, UpdateReader? onUpdate = null)
    {
        var client = new Client(dialect == Dialect.Hocuspocus ? VarString(document) : [], onUpdate);
        await client.socket.ConnectAsync(new Uri($"{url}/{document}"), CancellationToken.None);
        client.reading = client.ReadAsync();
        if (dialect == Dialect.Hocuspocus)
        {
            await client.SendAsync((byte[])[.. client.address, Auth, 0, .. VarString("token"), .. VarString("4.7.0")]);
        }

        return client;
    }

    /// <summary>One frame for an update, as a client of y-websocket sends it.</summary>
    public static byte[] UpdateFrame(ReadOnlySpan<byte> update) => UpdateFrame([], update);

    /// <summary>One frame for an update, as this client sends it.</summary>
    public byte[] Frame(ReadOnlySpan<byte> update) => UpdateFrame(address, update);

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame) => socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

    /// <summary>Asks for everything and waits until it is here; returns the bytes of the sync messages that came since the last answer.</summary>
    public async Task<long> SyncAsync()
    {
        await SendAsync((byte[])[.. address, Sync, Step1, 1, 0]);
        var answer = answers.Reader.ReadAsync().AsTask();
        return await Task.WhenAny(answer, reading) == answer ? await answer : throw new InvalidOperationException("The server closed.", reading.Exception);
    }

    public void Dispose() => socket.Dispose();

    private static byte[] UpdateFrame(ReadOnlySpan<byte> address, ReadOnlySpan<byte> update)
    {
        using var writer = new Lib0Writer(address.Length + update.Length + 8);
        writer.WriteBytes(address);
        writer.WriteByte(Sync);
        writer.WriteByte(Update);
        writer.WriteVarBytes(update);
        return writer.ToArray();
    }

    private static byte[] VarString(string text)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarBytes(Encoding.UTF8.GetBytes(text));
        return writer.ToArray();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, 2 * length);
                }

                received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidOperationException($"{socket.CloseStatus} {socket.CloseStatusDescription}");
            }

            // Hocuspocus holds a client for not synced until it has answered; it has nothing that the server lacks.
            if (IsQuestion(buffer.AsSpan(0, length)) && address.Length > 0)
            {
                await SendAsync((byte[])[.. address, Sync, Step2, 2, 0, 0]);
            }
        }
    }

    /// <summary>Takes one message, and says whether it asks for what this client has.</summary>
    private bool IsQuestion(ReadOnlySpan<byte> message)
    {
        var reader = new Lib0Reader(message);
        if (address.Length > 0)
        {
            reader.ReadVarString();
        }

        if (reader.ReadVarUint() is not (Sync or SyncReply))
        {
            return false;
        }

        var type = reader.ReadVarUint();
        if (type == Step1)
        {
            return true;
        }

        bytes += message.Length;
        if (type == Update)
        {
            onUpdate?.Invoke(reader.ReadVarBytes());
        }
        else if (type == Step2)
        {
            answers.Writer.TryWrite(bytes);
            bytes = 0;
        }

        return false;
    }
}
