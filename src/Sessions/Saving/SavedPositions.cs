using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>The snapshots that a session knows of.</summary>
/// <param name="Newest">The newest one of the session's history; none if there is none.</param>
/// <param name="Covered">
/// The newest snapshot after whose storing the log was still seen to hold its position: a session that followed another
/// log later has read it, or something newer.
/// </param>
/// <param name="Unreadable">The snapshots that hold no state and must stay.</param>
internal readonly record struct SavedPositions(Position Newest, Position Covered, IReadOnlySet<Position> Unreadable)
{
    /// <summary>No snapshot is known.</summary>
    public static SavedPositions None { get; } = new(Position.None, Position.None, new HashSet<Position>());

    /// <summary>The snapshots of a state that was put together from what is stored.</summary>
    public static SavedPositions Of(DurableState state) =>
        new(state.Saved, state.IsInLog ? state.Saved : Position.None, state.Unreadable);

    /// <summary>Whether a snapshot is newer than the newest known one of the session's history.</summary>
    /// <param name="at">The snapshot's position.</param>
    /// <param name="position">The session's position, which it must not exceed.</param>
    public bool IsNewer(Position at, Position position) =>
        at.Epoch == position.Epoch && at.Offset <= position.Offset
            && (at.Epoch != Newest.Epoch || at.Offset > Newest.Offset);

    /// <summary>Another snapshot is the newest one.</summary>
    /// <param name="position">Its position.</param>
    /// <param name="isCovered">Whether the log was seen to hold that position after it was stored.</param>
    public SavedPositions With(Position position, bool isCovered) =>
        this with { Newest = position, Covered = isCovered ? position : Covered };
}
