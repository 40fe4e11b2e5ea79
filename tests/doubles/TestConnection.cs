using System.Net;
using System.Runtime.InteropServices;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Sockets.WebSockets;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>
/// A client without a socket: keeps the frames it was sent, understands them as a stock client does, and may stop
/// reading.
/// </summary>
internal sealed class TestConnection : ISessionConnection
{
    private readonly StepContext context;

    public TestConnection(
        StepContext context,
        SessionRegistry sessions,
        DocumentName document,
        AccessLevel access = AccessLevel.Write,
        string? user = null)
    {
        this.context = context;
        Attachment = sessions.Place(document, this, access, user);
    }

    public Attachment Attachment { get; }

    public FrameFormat Format { get; init; } = YWebSocketFormat.Instance;

    public IPAddress? RemoteAddress => IPAddress.Loopback;

    public bool IsStamped { get; init; }

    /// <summary>Whether a message of the client is under way to the node.</summary>
    public bool MayHaveMore { get; set; }

    /// <summary>The most that the connection lets the session keep for later.</summary>
    public long MostHeld { get; init; } = long.MaxValue;

    /// <summary>What the session keeps for later.</summary>
    public long Held { get; private set; }

    /// <summary>What the client knows of the document.</summary>
    public IContent Document { get; init; } = new YjsContentKind(true).Create();

    /// <summary>What the client knows of presence, by the rule of y-protocols.</summary>
    public Dictionary<ulong, (ulong Clock, string State)> Presence { get; } = [];

    /// <summary>The kinds of the messages it got, in order.</summary>
    public List<string> Got { get; } = [];

    public List<byte[]> Updates { get; } = [];

    public int Batches { get; private set; }

    public bool IsSynced { get; private set; }

    /// <summary>The last frame that it was sent, if another holder still has it.</summary>
    public WeakReference? LastFrame { get; private set; }

    public RefusalReason? Closed { get; private set; }

    public long Settled { get; private set; }

    /// <summary>Whether the client does not read its socket.</summary>
    public bool IsStuck { get; set; }

    public bool IsSending { get; private set; }

    public TestConnection Join()
    {
        Attachment.Join();
        context.Run();
        return this;
    }

    /// <summary>Sends frames that reach the node together.</summary>
    public void SayTogether(params byte[][] frames)
    {
        var decoded = new List<DocumentMessage>();
        for (var i = 0; i < frames.Length; i++)
        {
            Assert.True(YWebSocketDecoder.TryDecode(frames[i], i, decoded, out var error), error.Message);
        }

        Attachment.Receive(decoded);
        context.Run();
    }

    /// <summary>Sends one frame.</summary>
    public void Say(params byte[][] messages)
    {
        var decoded = new List<DocumentMessage>();
        Assert.True(YWebSocketDecoder.TryDecode(messages.SelectMany(m => m).ToArray(), 0, decoded, out var error),
            error.Message);
        Attachment.Receive(decoded);
        context.Run();
    }

    public void Leave(bool clean = true)
    {
        Attachment.Leave(clean);
        context.Run();
    }

    /// <summary>The socket takes what it was given.</summary>
    public void Drain()
    {
        IsSending = false;
        Attachment.Sent();
        context.Run();
    }

    bool ISessionConnection.Send(ReadOnlyMemory<byte>[] frames)
    {
        Assert.False(IsSending, "The session sent more before the connection had sent what it was given.");
        Assert.Null(Closed);
        Batches++;
        foreach (var frame in frames)
        {
            Take(frame);
            LastFrame = MemoryMarshal.TryGetArray(frame, out var array) ? new WeakReference(array.Array) : null;
        }

        IsSending = IsStuck;
        return !IsStuck;
    }

    void ISessionConnection.Settled(long bytes) => Settled += bytes;

    bool ISessionConnection.TryHold(long bytes)
    {
        var isRoom = Held + bytes <= MostHeld;
        Held += isRoom ? bytes : 0;
        return isRoom;
    }

    void ISessionConnection.TakeUp() => Held = 0;

    void ISessionConnection.Close(RefusalReason reason) => Closed ??= reason;

    private void Take(ReadOnlyMemory<byte> frame)
    {
        var length = frame.Span[1] & 0x7F;
        var message = frame[(length == 126 ? 4 : length == 127 ? 10 : 2)..];
        Assert.Equal(frame.Length, message.Length + WebSocketFrame.HeaderSize(message.Length));
        var reader = new Lib0Reader(message.Span);
        switch (reader.ReadVarUint())
        {
            case 1:
                TakePresence(reader.ReadVarBytes().ToArray());
                break;
            case ReceiptFormat.Status:
                Got.Add(reader.ReadByte() == 1 ? "accepted" : "refused");
                break;
            case YWebSocketFormat.MarkerMessage:
                Got.Add("marker " + Convert.ToHexStringLower(reader.ReadVarBytes()));
                break;
            default:
                TakeSync(reader.ReadVarUint(), reader.ReadVarBytes().ToArray());
                break;
        }
    }

    private void TakeSync(ulong step, byte[] payload)
    {
        Got.Add(step switch { 0 => "step1", 1 => "step2", _ => "update" });
        IsSynced |= step == 1;
        if (step > 0)
        {
            Updates.Add(payload);
            Assert.True(Document.TryApply(payload, out _, out var error), error.Message);
        }
    }

    private void TakePresence(byte[] payload)
    {
        Got.Add("presence");
        Assert.True(AwarenessUpdate.TryDecode(payload, 1000, out var entries, out var error), error.Message);
        foreach (var entry in entries)
        {
            var known = Presence.TryGetValue(entry.ClientId, out var present);
            if (!known || entry.Clock > present.Clock
                || (entry.Clock == present.Clock && entry.IsNull && present.State != "null"))
            {
                Presence[entry.ClientId] = (entry.Clock, System.Text.Encoding.UTF8.GetString(entry.State.Span));
            }
        }
    }
}
