using System.Net;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>A connection that notes what it is given, for tests of a part without a session.</summary>
internal sealed class StubConnection : ISessionConnection
{
    public FrameFormat Format { get; init; } = YWebSocketFormat.Instance;

    public IPAddress? RemoteAddress => IPAddress.Loopback;

    public bool IsStamped { get; init; }

    public bool MayHaveMore { get; set; }

    /// <summary>Whether <see cref="Attachment.Sent"/> is to follow a send.</summary>
    public bool IsSlow { get; set; }

    /// <summary>What was sent, in the order of the sends.</summary>
    public List<ReadOnlyMemory<byte>[]> Sends { get; } = [];

    public long Settled { get; private set; }

    public long Held { get; private set; }

    public RefusalReason? Closed { get; private set; }

    /// <summary>Its place at a session that hears of no calls.</summary>
    public Attachment Attach(bool isServed = true, AccessLevel access = AccessLevel.Write) =>
        new(new StubAttachmentSession(), this, access) { IsAttached = true, IsServed = isServed };

    bool ISessionConnection.Send(ReadOnlyMemory<byte>[] frames)
    {
        Sends.Add(frames);
        return !IsSlow;
    }

    void ISessionConnection.Settled(long bytes) => Settled += bytes;

    bool ISessionConnection.TryHold(long bytes)
    {
        Held += bytes;
        return true;
    }

    void ISessionConnection.TakeUp() => Held = 0;

    void ISessionConnection.Close(RefusalReason reason) => Closed ??= reason;
}
