using System.Net;
using Relay.Access;
using Relay.Connections;
using Relay.Metadata;
using Relay.Sessions;
using Relay.Sockets.WebSockets;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

/// <summary>One y-websocket client: its frames go to its document's session, and the session's frames to it.</summary>
internal sealed partial class YWebSocketConnection : ISessionConnection, IOpenConnection
{
    /// <summary>
    /// Of frames that came together, so many messages are handed in together; of one that has more, all.
    /// </summary>
    private const int MessagesAtOnce = 4096;

    private readonly ClientSocket socket;
    private readonly Attachment attachment;
    private readonly Action sent;
    private readonly InboundCredit credit;
    private readonly MessageRate rate;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DocumentName document;
    private readonly Grant grant;
    private readonly ConnectionLimits limits;
    private readonly AwarenessStamp? stamp;
    private readonly bool mayWrite;
    private InboundAwareness? awareness;
    private UnreadablePresence? unreadable;

    public YWebSocketConnection(
        ClientSocket socket,
        DocumentName document,
        Grant grant,
        SessionRegistry sessions,
        ConnectionLimits limits,
        AwarenessStamp? stamp,
        TimeProvider time,
        ILogger logger)
    {
        this.socket = socket;
        this.document = document;
        this.grant = grant;
        this.time = time;
        this.logger = logger;
        this.limits = limits;
        this.stamp = stamp;
        credit = new InboundCredit(limits.MaxWaitingBytes, limits.MaxMessageBytes, socket.Budget);
        rate = new MessageRate(limits.MessagesPerSecond, time);
        var access = grant.To(document);
        mayWrite = access >= AccessLevel.Write;
        attachment = sessions.Place(document, this, access, grant.UserId, "y-websocket");
        sent = attachment.Sent;
    }

    public FrameFormat Format => YWebSocketFormat.Instance;

    public IPAddress? RemoteAddress => socket.RemoteAddress;

    public bool IsStamped => stamp is not null;

    public bool MayHaveMore => socket.MayHaveMore;

    /// <summary>Serves the client until it is gone.</summary>
    public async Task RunAsync()
    {
        using var expiry = GrantTimer.Start(grant, time, () => Close(CloseReason.TokenEnded));
        try
        {
            attachment.Join();
            await socket.RunAsync(HandleAsync);
        }
        finally
        {
            awareness?.Dispose();
            if (socket.ClosedFor is { } reason)
            {
                RecordedConnection.Of(attachment)?.EndsFor(reason.Code, reason.Text);
            }

            attachment.Leave(socket.EndedCleanly);
            credit.End();
        }
    }

    public bool Send(ReadOnlyMemory<byte>[] frames) => socket.Send(frames, sent);

    public void Settled(long bytes) => credit.Settle(bytes);

    public bool TryHold(long bytes) => credit.TryHold(bytes);

    public void TakeUp() => credit.TakeUp();

    public void Close(CloseReason reason)
    {
        RecordedConnection.Of(attachment)?.EndsFor(reason.Code, reason.Text);
        attachment.Leave(clean: true);
        socket.Close(reason);
    }

    void ISessionConnection.Close(RefusalReason reason) => Close(CloseReason.Of(reason));

    public int Kick(KickOrder order)
    {
        if (!order.Covers(grant.UserId, document) || socket.ClosedFor is not null)
        {
            return 0;
        }

        Close(order.Reason);
        return 1;
    }

    private ValueTask HandleAsync(List<ReadOnlyMemory<byte>> frames, CancellationToken closed)
    {
        var wait = rate.Count(frames.Count);
        return wait > TimeSpan.Zero ? HandleAfterAsync(wait, frames, closed) : Handle(frames, closed);
    }

    private async ValueTask HandleAfterAsync(TimeSpan wait, List<ReadOnlyMemory<byte>> frames, CancellationToken closed)
    {
        await Task.Delay(wait, time, closed);
        await Handle(frames, closed);
    }

    private ValueTask Handle(List<ReadOnlyMemory<byte>> frames, CancellationToken closed)
    {
        var messages = new List<DocumentMessage>(frames.Count);
        YjsError? refused = null;
        for (var i = 0; i < frames.Count && refused is null; i++)
        {
            var first = messages.Count;
            refused = YWebSocketDecoder.TryDecode(frames[i], i, messages, out var error) ? null : error;
            LentFrames.Share(messages, first, frames[i], mayWrite);
            LentFrames.GiveBack(frames[i]);
            if (messages.Count > MessagesAtOnce)
            {
                HandIn(messages);
                messages = [];
                refused ??= TooMuchUnreadable;
            }
        }

        HandIn(messages);
        refused ??= TooMuchUnreadable;
        if (refused is not null)
        {
            LogBadFrame(logger, document, refused.Value);
            Close(CloseReason.BadMessage);
            return ValueTask.CompletedTask;
        }

        return credit.WaitAsync(closed);
    }

    private YjsError? TooMuchUnreadable =>
        unreadable is { EndsDocument: true } ? UnreadablePresence.TooMuch : null;

    private void HandIn(List<DocumentMessage> messages)
    {
        if (messages.Exists(static message => message.Kind == DocumentMessageKind.Awareness))
        {
            // Many clients send no presence.
            awareness ??= new InboundAwareness(
                limits,
                stamp,
                time,
                held => Deliver([held]),
                (dropped, error) => LogUnreadablePresence(logger, dropped, document, error));
            if (awareness.Filter(messages) is > 0 and var dropped)
            {
                unreadable ??= new UnreadablePresence(time);
                unreadable.Count(dropped);
            }
        }

        if (messages.Count > 0)
        {
            Deliver(messages);
        }
    }

    private void Deliver(List<DocumentMessage> messages)
    {
        var bytes = 0L;
        foreach (var message in messages)
        {
            bytes += message.Bytes;
        }

        credit.Add(bytes);
        attachment.Receive(messages);
    }
}
