using System.Numerics;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The stored snapshots all of which is in a session's document. What is listed besides is of another history, or is
/// not heard of yet: it must be read before it may be hidden behind a newer one, or pruned. Belongs to the session's
/// mailbox.
/// </summary>
/// <remarks>
/// Another node's snapshot is in the document if the session has applied the very entry at its position. The ids of the
/// last 32 entries are kept for that. A snapshot that is heard of later is read again, which is harmless but slow: next
/// to a fast writer that would happen after each save. So from then on twice as many ids are kept as were missing.
/// </remarks>
internal sealed class CoveredSnapshots
{
    private const int FewestIds = 32;

    /// <summary>
    /// 32 KB for a document; as many as the fastest writers append in the second until a save is heard of.
    /// </summary>
    private const int MostIds = 4096;

    /// <summary>Heard of before its last entry was applied here: so many are remembered.</summary>
    private const int MostAhead = 8;

    private readonly List<Position> ahead = [];
    private EntryId[] covered = [];
    private EntryId[]? recent;
    private Position last;

    /// <summary>
    /// The session's document was put together anew, from these, the listed ones first, and the log up to a position.
    /// </summary>
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
        recent ??= new EntryId[FewestIds];
        recent[last.Offset % recent.Length] = last.Id;
        last = position;
    }

    /// <summary>Some node has stored a snapshot at a position that the log has.</summary>
    public void Heard(in Position at)
    {
        if (IsApplied(at))
        {
            Add(at.Id);
        }
        else if (IsTooOld(at))
        {
            KeepIdsOf(at);
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
    /// Says whether one is listed that the document may lack. Those that are listed no longer are the first to be
    /// forgotten when they become too many: a log may go back to where it began after one of them.
    /// </summary>
    /// <param name="document">The document's name.</param>
    /// <param name="listing">All that are stored, newest first.</param>
    /// <param name="unreadable">Those that are known not to hold a state.</param>
    public bool LacksAnyOf(
        DocumentName document, IReadOnlyList<SnapshotInfo> listing, IReadOnlySet<Position> unreadable)
    {
        _ = ToArray();
        var listed = listing.Select(snapshot => snapshot.Position.Id).ToHashSet();
        covered = [.. covered.Where(listed.Contains), .. covered.Where(id => !listed.Contains(id))];

        // What other nodes have stored since is theirs to compare, until this session has applied as much.
        var lacking = OfThisLife(document, listing).Select(snapshot => snapshot.Position)
            .Where(p => !(p.Epoch > last.Epoch || (p.Epoch == last.Epoch && p.Offset > last.Offset))
                && Array.IndexOf(covered, p.Id) < 0 && !unreadable.Contains(p))
            .ToArray();

        // Often it is heard of only by this listing.
        foreach (var at in lacking.Where(at => IsTooOld(at)))
        {
            KeepIdsOf(at);
        }

        return lacking.Length > 0;
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

    /// <summary>Its entry may well have been applied, but so many have been since that its id is not kept.</summary>
    private bool IsTooOld(in Position at) =>
        recent is not null && at.Epoch == last.Epoch && at.Offset < last.Offset - recent.Length;

    /// <summary>The id of the entry that was applied at that place; none if it is not known.</summary>
    private EntryId KnownAt(in Position at) =>
        at.Epoch != last.Epoch ? EntryId.None
        : at.Offset == last.Offset ? last.Id
        : recent is not null && at.Offset < last.Offset && at.Offset >= last.Offset - recent.Length
            ? recent[at.Offset % recent.Length]
        : EntryId.None;

    /// <summary>Keeps enough ids from now on that one as old as this would be known.</summary>
    private void KeepIdsOf(in Position at)
    {
        var wanted = BitOperations.RoundUpToPowerOf2((ulong)Math.Min(2 * (last.Offset - at.Offset), MostIds));
        if (recent is null || wanted <= (ulong)recent.Length)
        {
            return;
        }

        var wider = new EntryId[wanted];
        for (var offset = Math.Max(0, last.Offset - recent.Length); offset < last.Offset; offset++)
        {
            wider[offset % wider.Length] = recent[offset % recent.Length];
        }

        recent = wider;
    }
}
