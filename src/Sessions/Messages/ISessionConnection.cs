using System.Net;

namespace Relay.Sessions;

/// <summary>
/// What a session needs of a connection. All calls come from the session's mailbox, one at a time; none of them may
/// wait or throw.
/// </summary>
internal interface ISessionConnection
{
    /// <summary>How frames for this connection are written.</summary>
    FrameFormat Format { get; }

    /// <summary>Where the client is, for the node's log; null where that is not known.</summary>
    IPAddress? RemoteAddress { get; }

    /// <summary>
    /// Whether its presence is changed on the way in, so that the client must not take it for its own state.
    /// </summary>
    bool IsStamped { get; }

    /// <summary>
    /// Whether the client may have sent more than was handed in: a message has come in part, or the connection is not
    /// read at the moment.
    /// </summary>
    bool MayHaveMore { get; }

    /// <summary>
    /// Sends whole frames in their order; the array is not changed by anyone. Called only when everything from the call
    /// before is sent. True when these are sent already (or never will be, because the connection ends); otherwise <see
    /// cref="Attachment.Sent"/> is called once when they are.
    /// </summary>
    bool Send(ReadOnlyMemory<byte>[] frames);

    /// <summary>
    /// Messages of this connection that took <paramref name="bytes"/> in all are settled: logged, without a change in
    /// them, or refused; where the protocol has a receipt for them, it goes out now. The connection may read on.
    /// </summary>
    void Settled(long bytes);

    /// <summary>
    /// Messages that took <paramref name="bytes"/> wait for later ones of the same client: meanwhile they do not keep
    /// the connection from reading on.
    /// </summary>
    /// <returns>False when so much is not kept; then they still count as before.</returns>
    bool TryHold(long bytes);

    /// <summary>What was held waits for others no longer: it counts again, until it is settled.</summary>
    void TakeUp();

    /// <summary>Ends the connection. It still calls <see cref="Attachment.Leave"/>.</summary>
    void Close(RefusalReason reason);
}
