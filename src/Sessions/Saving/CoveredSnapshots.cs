using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The stored snapshots all of which is in a session's document. What is listed besides is of another history, or is
/// not heard of yet: it must be read before it may be hidden behind a newer one, or pruned. Belongs to the session's
/// mailbox.
/// </summary>
/// <remarks>
/// Another node's snapshot is in the document if the session has applied the very entry at its position. Only the last
/// few ids are kept for that; a snapshot that is heard of later than that is read again, which is harmless.
/// </remarks>
internal sealed class CoveredSnapshots
{
    private const int RecentIds = 32;

    /// <summary>Heard of before its last entry was applied here: so many are remembered.</summary>
    private const int MostAhead = 8;

    private readonly List<Position> ahead = [];
    private EntryId[] covered = [];
    private EntryId[]? recent;
    private Position last;

    /// <summary>The session's document was put together anew, from these and the log up to a position.</summary>
    public void Restart(IReadOnlyCollection<EntryId> ids, Position position)
    {
        covered = [.. ids.Take(Snapshot.MostCovered)];
        if (recent is not null)
        {
            Array.Clear(recent);
        }

        last = position;
    }

    /// <summary>The entry right after the last one was applied.</summary>
    public void Applied(in Position position)
    {
        recent ??= new EntryId[RecentIds];
        recent[last.Offset % RecentIds] = last.Id;
        last = position;
    }

    /// <summary>Some node has stored a snapshot at a position that the log has.</summary>
    public void Heard(in Position at)
    {
        if (IsApplied(at))
        {
            Add(at.Id);
        }
        else if (at.Epoch >= last.Epoch)
        {
            ahead.Add(at);
            if (ahead.Count > MostAhead)
            {
                ahead.RemoveAt(0);
            }
        }
    }

    /// <summary>
    /// Whether the session is known to have had another entry at that place of the log, which a failover has lost.
    /// </summary>
    public bool IsOfOtherHistory(in Position at) => !KnownAt(at).IsNone && KnownAt(at) != at.Id;

    /// <summary>The session has stored its own document at that position.</summary>
    public void Stored(in Position at) => Add(at.Id);

    /// <summary>What a snapshot of the document, as it is now, covers.</summary>
    public EntryId[] ToArray()
    {
        for (var i = ahead.Count - 1; i >= 0; i--)
        {
            if (IsApplied(ahead[i]))
            {
                Add(ahead[i].Id);
                ahead.RemoveAt(i);
            }
        }

        return covered;
    }

    /// <summary>
    /// Forgets those that are listed no longer, and says whether one is listed that the document may lack.
    /// </summary>
    /// <param name="document">The document's name.</param>
    /// <param name="listing">All that are stored, newest first.</param>
    /// <param name="unreadable">Those that are known not to hold a state.</param>
    public bool LacksAnyOf(
        DocumentName document, IReadOnlyList<SnapshotInfo> listing, IReadOnlySet<Position> unreadable)
    {
        _ = ToArray();
        var listed = listing.Select(snapshot => snapshot.Position.Id).ToHashSet();
        covered = [.. covered.Where(listed.Contains)];

        // What other nodes have stored since is theirs to compare, until this session has applied as much.
        return OfThisLife(document, listing).Select(snapshot => snapshot.Position)
            .Any(p => !(p.Epoch > last.Epoch || (p.Epoch == last.Epoch && p.Offset > last.Offset))
                && Array.IndexOf(covered, p.Id) < 0 && !unreadable.Contains(p));
    }

    /// <summary>
    /// Those that may be pruned beside a snapshot that was stored: what it does not cover may be all that is left of a
    /// lost history.
    /// </summary>
    public static IEnumerable<SnapshotInfo> Prunable(
        IReadOnlyList<SnapshotInfo> deletable, IReadOnlyList<SnapshotInfo> listing, Snapshot stored)
    {
        var needed = OfThisLife(stored.Document, listing).Select(snapshot => snapshot.Position.Id)
            .Except(stored.Covers).ToHashSet();
        return deletable.Where(snapshot => !needed.Contains(snapshot.Position.Id));
    }

    /// <summary>Those that are looked at: not what was stored before the document was deleted.</summary>
    private static IEnumerable<SnapshotInfo> OfThisLife(DocumentName document, IReadOnlyList<SnapshotInfo> listing) =>
        listing.Take(Snapshot.MostCovered).TakeWhile(snapshot => !snapshot.IsTombstoneOf(document));

    private void Add(EntryId id)
    {
        if (!id.IsNone && Array.IndexOf(covered, id) < 0)
        {
            covered = [id, .. covered.Take(Snapshot.MostCovered - 1)];
        }
    }

    private bool IsApplied(in Position at) => at == last || (!at.Id.IsNone && KnownAt(at) == at.Id);

    /// <summary>The id of the entry that was applied at that place; none if it is not known.</summary>
    private EntryId KnownAt(in Position at) =>
        at.Epoch != last.Epoch ? EntryId.None
        : at.Offset == last.Offset ? last.Id
        : recent is not null && at.Offset < last.Offset && at.Offset >= last.Offset - RecentIds
            ? recent[at.Offset % RecentIds]
        : EntryId.None;
}
