using System.Text;
using System.Threading.Channels;
using Relay.Yjs;

namespace Relay.Bench.Load;

/// <summary>
/// A client without a document: it sends prepared frames, reads all that comes, and says when a SyncStep2 came.
/// </summary>
internal sealed class Client : IDisposable
{
    private const byte Sync = 0, Presence = 1, Auth = 2, SyncReply = 4, Step1 = 0, Step2 = 1, Update = 2;
    private readonly Channel<long> answers = Channel.CreateUnbounded<long>();
    private readonly byte[] address;
    private readonly MessageReader? onUpdate;
    private readonly Func<byte[]>? onQuestion;
    private readonly Lock gate = new();
    private FrameSocket? connected;
    private bool wasAsked;
    private long bytes;

    private Client(byte[] address, MessageReader? onUpdate, Func<byte[]>? onQuestion) =>
        (this.address, this.onUpdate, this.onQuestion) = (address, onUpdate, onQuestion);

    /// <summary>Ends, with the reason, when the server closes.</summary>
    public Task Closed => Socket.Closed;

    private FrameSocket Socket => connected ?? throw new InvalidOperationException("Not connected.");

    /// <summary>Connects to a document.</summary>
    /// <param name="url">Where documents are.</param>
    /// <param name="document">Its name.</param>
    /// <param name="dialect">How the server is spoken to.</param>
    /// <param name="onUpdate">Gets each update that comes, those in answers among them, one after the other; those of
    /// all clients on one thread, which must not wait for a server.</param>
    /// <param name="onQuestion">Makes an update of what the client has and the server may lack, when the server asks;
    /// without it the client answers only where it must, and has nothing.</param>
    public static async Task<Client> ConnectAsync(string url, string document, Dialect dialect = Dialect.YWebsocket,
        MessageReader? onUpdate = null, Func<byte[]>? onQuestion = null)
    {
        var client = new Client(dialect == Dialect.Hocuspocus ? VarString(document) : [], onUpdate, onQuestion);
        client.Use(await FrameSocket.ConnectAsync(new Uri($"{url}/{document}"), message => client.Take(message)));
        if (dialect == Dialect.Hocuspocus)
        {
            client.Send([.. client.address, Auth, 0, .. VarString("token"), .. VarString("4.7.0")]);
        }

        return client;
    }

    /// <summary>One frame for an update, as a client of y-websocket sends it.</summary>
    public static byte[] UpdateFrame(ReadOnlySpan<byte> update) => UpdateFrame([], update);

    /// <summary>One frame for an update, as this client sends it.</summary>
    public byte[] Frame(ReadOnlySpan<byte> update) => UpdateFrame(address, update);

    /// <summary>One frame that says where a Yjs client's cursor is, as editors say it, about 190 bytes.</summary>
    public byte[] PresenceFrame(ulong id, ulong clock)
    {
        var at = $$"""{"type":null,"tname":"text","item":{"client":{{id}},"clock":{{clock}} },"assoc":0}""";
        using var update = new Lib0Writer();
        update.WriteVarUint(1);
        update.WriteVarUint(id);
        update.WriteVarUint(clock);
        update.WriteVarBytes(
            Encoding.UTF8.GetBytes(
                $$"""{"user":{"name":"Client {{id}}","color":"#30bced"}"""
                    + $$""","cursor":{"anchor":{{at}},"head":{{at}} } }"""));
        using var writer = new Lib0Writer();
        writer.WriteBytes(address);
        writer.WriteByte(Presence);
        writer.WriteVarBytes(update.ToArray());
        return writer.ToArray();
    }

    /// <summary>Sends a frame, and waits where the server does not take it.</summary>
    public void Send(ReadOnlySpan<byte> frame) => Socket.Send(frame);

    /// <summary>
    /// Asks for everything and waits until it is here; returns the bytes of the sync messages that came since the last
    /// answer.
    /// </summary>
    public async Task<long> SyncAsync()
    {
        Send([.. address, Sync, Step1, 1, 0]);
        var answer = answers.Reader.ReadAsync().AsTask();
        if (await Task.WhenAny(answer, Socket.Closed) != answer)
        {
            await Socket.Closed;
        }

        return await answer;
    }

    /// <summary>Reads no more, for ever, and stays.</summary>
    public void StopReading() => Socket.StopReading();

    public void Dispose() => connected?.Dispose();

    private static byte[] UpdateFrame(ReadOnlySpan<byte> address, ReadOnlySpan<byte> update) =>
        SyncFrame(address, Update, update);

    private static byte[] SyncFrame(ReadOnlySpan<byte> address, byte kind, ReadOnlySpan<byte> update)
    {
        using var writer = new Lib0Writer(address.Length + update.Length + 8);
        writer.WriteBytes(address);
        writer.WriteByte(Sync);
        writer.WriteByte(kind);
        writer.WriteVarBytes(update);
        return writer.ToArray();
    }

    private static byte[] VarString(string text)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarBytes(Encoding.UTF8.GetBytes(text));
        return writer.ToArray();
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        // Hocuspocus holds a client for not synced until it has answered; it has nothing that the server lacks.
        if (IsQuestion(message) && (address.Length > 0 || onQuestion is not null))
        {
            lock (gate)
            {
                wasAsked = connected is null;
            }

            if (!wasAsked)
            {
                Answer();
            }
        }
    }

    /// <summary>A server may ask before the handshake is noticed here.</summary>
    private void Use(FrameSocket socket)
    {
        lock (gate)
        {
            connected = socket;
        }

        if (wasAsked)
        {
            Answer();
        }
    }

    private void Answer() => Send(SyncFrame(address, Step2, onQuestion?.Invoke() ?? [0, 0]));

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
        if (type is Update or Step2)
        {
            onUpdate?.Invoke(reader.ReadVarBytes());
        }

        if (type == Step2)
        {
            answers.Writer.TryWrite(bytes);
            bytes = 0;
        }

        return false;
    }
}
