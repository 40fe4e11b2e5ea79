using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What must be saved before a session may leave. Belongs to the session's mailbox.</summary>
internal sealed class LastSave
{
    /// <summary>
    /// The position when leaving began, or since then of this session's last own entry or last reconcile, after which
    /// positions may be of another history. What other nodes have appended since is theirs to save: a session that
    /// waited for the last of it would never leave a busy document.
    /// </summary>
    private Position from;

    /// <summary>A save must be gone through even if a snapshot is there: its checkpoint may be lost.</summary>
    public bool IsDemanded { get; set; }

    /// <summary>The session begins to drain, has an entry of its own in the log, or has reconciled.</summary>
    public void Need(Position position) => from = position;

    /// <summary>Whether a session with unsaved changes has still to save them.</summary>
    /// <param name="covered">The newest snapshot that the log was seen to hold.</param>
    /// <param name="position">The session's position.</param>
    public bool IsMissing(Position covered, Position position) =>
        IsDemanded || from.IsNone || covered.Epoch != from.Epoch || position.Epoch != from.Epoch
            || covered.Offset < from.Offset;
}
