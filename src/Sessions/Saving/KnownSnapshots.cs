using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What a session knows of the stored snapshots of its document: the newest of its own history, and all that its
/// document covers. Belongs to the session's mailbox.
/// </summary>
internal sealed class KnownSnapshots
{
    private readonly CoveredSnapshots covered = new();

    /// <summary>The newest snapshots of the session's history, and those that do not read.</summary>
    public SavedPositions Positions { get; private set; } = SavedPositions.None;

    /// <summary>The stored snapshots all of which is in the document, by the ids in their positions.</summary>
    public IReadOnlyList<EntryId> Covers => covered.ToArray();

    /// <summary>The document was put together anew.</summary>
    public void Restart(DurableState state)
    {
        Positions = SavedPositions.Of(state);
        covered.Restart(state.Covers, state.Position);
    }

    /// <summary>The entry after the session's position was applied, which is now this one.</summary>
    public void OnApplied(in Position position) => covered.Applied(position);

    /// <summary>Another node says what it has saved so far.</summary>
    public void OnClaimed(in Position saved) => covered.Heard(saved);

    /// <summary>A node has stored a snapshot.</summary>
    /// <param name="at">Its position.</param>
    /// <param name="position">The session's position.</param>
    /// <returns>What that means for the session.</returns>
    public HeardSnapshot Hear(in Position at, in Position position)
    {
        covered.Heard(at);
        if (!Positions.IsNewer(at, position))
        {
            return HeardSnapshot.NotNewer;
        }

        if (covered.IsOfOtherHistory(at))
        {
            return HeardSnapshot.OfOtherHistory;
        }

        Positions = Positions.With(at, isCovered: true);
        return HeardSnapshot.Newest;
    }

    /// <summary>This session has stored a snapshot.</summary>
    /// <param name="at">Its position.</param>
    /// <param name="stands">Whether the log was seen to hold that position after it was stored.</param>
    public void OnStored(in Position at, bool stands)
    {
        covered.Stored(at);
        Positions = Positions.With(at, stands);
    }

    /// <summary>Whether a snapshot is stored that the document may lack.</summary>
    /// <param name="document">The document's name.</param>
    /// <param name="listing">All that are stored, newest first; empty if they were not listed.</param>
    public bool LacksAnyOf(DocumentName document, IReadOnlyList<SnapshotInfo> listing) =>
        listing.Count > 0 && covered.LacksAnyOf(document, listing, Positions.Unreadable);
}
