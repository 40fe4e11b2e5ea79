namespace Relay.Sessions;

/// <summary>
/// What a session gives another node that loads the document. Belongs to the session's mailbox.
/// </summary>
/// <param name="content">The logged document.</param>
/// <param name="lifecycle">The stage.</param>
/// <param name="follower">Where the document stands in its log.</param>
/// <param name="outbox">What waits to be logged.</param>
/// <param name="unlogged">What is shown before it is logged.</param>
/// <param name="saver">The snapshots that are known.</param>
/// <param name="awareness">Who is here.</param>
internal sealed class PeerShare(
    LoggedDocument content,
    SessionLifecycle lifecycle,
    LogFollower follower,
    Outbox outbox,
    UnloggedUpdates unlogged,
    Saver saver,
    SessionAwareness awareness)
{
    /// <summary>What another node needs to load the document; null while this one is not whole.</summary>
    public PeerState? Encode() =>
        !lifecycle.IsOpen || follower.IsReconciling || outbox.IsRecovering
            ? null
            : new PeerState(
                follower.Position,
                saver.Known.Covered,
                saver.Known.Unreadable,
                content.Encode(),
                unlogged.Merge(null),
                awareness.EncodeOwn())
            {
                Covers = saver.Covers,
            };
}
