using Relay.Connections;
using Relay.Connections.WebSockets;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

/// <summary>One y-websocket client: its frames go to its document's session, and the session's frames to it.</summary>
internal sealed partial class YWebSocketConnection : ISessionConnection, IOpenConnection
{
    private readonly ClientSocket socket;
    private readonly Attachment attachment;
    private readonly InboundCredit credit;
    private readonly MessageRate rate;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DocumentName document;

    public YWebSocketConnection(ClientSocket socket, DocumentName document, SessionRegistry sessions, ConnectionLimits limits, TimeProvider time, ILogger logger)
    {
        this.socket = socket;
        this.document = document;
        this.time = time;
        this.logger = logger;
        credit = new InboundCredit(limits.MaxWaitingBytes);
        rate = new MessageRate(limits.MessagesPerSecond, time);
        attachment = sessions.Place(document, this);
    }

    public FrameFormat Format => YWebSocketFormat.Instance;

    /// <summary>Serves the client until it is gone.</summary>
    public async Task RunAsync()
    {
        try
        {
            attachment.Join();
            await socket.RunAsync(HandleAsync);
        }
        finally
        {
            attachment.Leave(socket.EndedCleanly);
        }
    }

    public bool Send(ReadOnlyMemory<byte>[] frames) => socket.Send(frames, attachment.Sent);

    public void Settled(int bytes) => credit.Settle(bytes);

    public void Close(CloseReason reason)
    {
        attachment.Leave(clean: true);
        socket.Close(reason);
    }

    private async ValueTask HandleAsync(ReadOnlyMemory<byte> frame, CancellationToken closed)
    {
        var wait = rate.Count();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, closed);
        }

        if (!YWebSocketDecoder.TryDecode(frame, out var messages, out var error))
        {
            LogBadFrame(logger, document, error);
            Close(CloseReason.BadMessage);
            return;
        }

        if (messages.Count == 0)
        {
            return;
        }

        foreach (var message in messages)
        {
            credit.Add(message.Bytes);
        }

        attachment.Receive(messages);
        await credit.WaitAsync(closed);
    }
}
