using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The snapshots of a document as one reading lists them, and the document that those of them make that were merged.
/// </summary>
/// <param name="store">The snapshot store.</param>
/// <param name="name">The document.</param>
/// <param name="without">A snapshot to leave out as if it were not stored; <see cref="Position.None"/> for
/// none.</param>
/// <param name="kind">What the document is.</param>
/// <param name="logger">Hears of snapshots that do not read.</param>
internal sealed partial class MergedSnapshots(
    ISnapshotStore store, DocumentName name, Position without, IContentKind kind, ILogger logger)
{
    private readonly Dictionary<Position, ReadOnlyMemory<byte>> merged = [];
    private readonly HashSet<Position> unreadable = [];

    /// <summary>Those that were merged and those that one of them covers; some more than once.</summary>
    private readonly List<EntryId> covers = [];

    /// <summary>What was merged; the reading adds the entries of the log.</summary>
    public IContent Document { get; } = kind.Create();

    /// <summary>All that the store listed, newest first.</summary>
    public IReadOnlyList<SnapshotInfo> Listing { get; private set; } = [];

    /// <summary>The newest tombstone that was met; <see cref="Position.None"/> for none.</summary>
    public Position Tombstone { get; private set; }

    /// <summary>Why the last step found that what is stored moved.</summary>
    public string Problem { get; private set; } = "";

    public IReadOnlyDictionary<Position, ReadOnlyMemory<byte>> Merged => merged;

    /// <summary>The bytes of the one snapshot that was merged; empty if there is none, or more.</summary>
    public ReadOnlyMemory<byte> Only => merged.Count == 1 ? merged.Values.First() : default;

    public IReadOnlySet<Position> Unreadable => unreadable;

    /// <summary>
    /// The snapshots all of which is in the document: first those that are listed, as they are, and then those that
    /// were pruned.
    /// </summary>
    public IReadOnlyCollection<EntryId> Covers
    {
        get
        {
            var all = covers.ToHashSet();
            List<EntryId> listed = [.. Listing.Select(snapshot => snapshot.Position.Id).Where(all.Contains)];
            return [.. listed, .. covers.Except(listed)];
        }
    }

    /// <summary>The newest snapshot that was merged; <see cref="Position.None"/> for none.</summary>
    public Position Newest => Listing.Select(s => s.Position).FirstOrDefault(merged.ContainsKey);

    /// <summary>When a listed snapshot was stored, by the store's clock.</summary>
    public DateTimeOffset StoredAt(Position position) => Listing.First(s => s.Position == position).StoredAt;

    /// <summary>The listed snapshots at some positions, newest first.</summary>
    public IEnumerable<SnapshotInfo> At(IReadOnlySet<Position> positions) =>
        Listing.Where(snapshot => positions.Contains(snapshot.Position));

    /// <summary>
    /// Lists the snapshots, and merges the newest that reads and all that no merged one covers. Nearly always that is
    /// one. But after a failover that lost entries, a snapshot with a higher position may be of a history that is over,
    /// and hold less than another that it seems to follow.
    /// </summary>
    public async ValueTask<SnapshotMergeStep> MergeListedAsync(CancellationToken cancellation)
    {
        Listing = await ListAsync(cancellation);
        var known = new HashSet<EntryId>();
        var epochs = new HashSet<long>();
        for (var i = 0; i < Listing.Count; i++)
        {
            var position = Listing[i].Position;
            if (known.Contains(position.Id) || (i >= Snapshot.MostCovered && epochs.Contains(position.Epoch)))
            {
                epochs.Add(position.Epoch);
                continue;
            }

            switch (await MergeAsync(Listing[i], cancellation))
            {
                case SnapshotMergeStep.Moved:
                    return SnapshotMergeStep.Moved;
                case SnapshotMergeStep.Deleted:
                    // Everything older was deleted with it.
                    return SnapshotMergeStep.Deleted;
                case SnapshotMergeStep.Merged:
                    epochs.Add(position.Epoch);
                    known.UnionWith(covers);
                    break;
                default:
                    break;
            }
        }

        return SnapshotMergeStep.Merged;
    }

    /// <summary>Merges one listed snapshot, unless it was merged before.</summary>
    public async ValueTask<SnapshotMergeStep> MergeAsync(SnapshotInfo snapshot, CancellationToken cancellation)
    {
        if (merged.ContainsKey(snapshot.Position))
        {
            return SnapshotMergeStep.Merged;
        }

        var result = await store.ReadAsync(name, snapshot, cancellation);
        switch (result.Outcome)
        {
            case SnapshotReadOutcome.Gone:
                Problem = $"The snapshot at {snapshot.Position} is listed and not there.";
                return SnapshotMergeStep.Moved;
            case SnapshotReadOutcome.Unreadable:
                return Bad(snapshot, result.Problem);
            default:
                break;
        }

        if (result.Snapshot!.Kind == SnapshotKind.Tombstone)
        {
            Tombstone = snapshot.Position;
            return SnapshotMergeStep.Deleted;
        }

        if (!Document.TryApply(result.Snapshot.Update, out _, out var error))
        {
            return Bad(snapshot, error.ToString());
        }

        merged.Add(snapshot.Position, result.Snapshot.Update);
        covers.Add(snapshot.Position.Id);
        covers.AddRange(result.Snapshot.Covers);
        return SnapshotMergeStep.Merged;
    }

    /// <summary>
    /// Merges listed snapshots, newest first, until one says that it covers a snapshot which may not be listed any
    /// more.
    /// </summary>
    /// <param name="id">The id in that snapshot's position.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Merged, or moved; unreadable if none says so that reads.</returns>
    public async ValueTask<SnapshotMergeStep> MergeCoveringAsync(EntryId id, CancellationToken cancellation)
    {
        foreach (var snapshot in Listing.TakeWhile(s => !covers.Contains(id) && !s.IsTombstoneOf(name)))
        {
            if (await MergeAsync(snapshot, cancellation) == SnapshotMergeStep.Moved)
            {
                return SnapshotMergeStep.Moved;
            }
        }

        return covers.Contains(id) ? SnapshotMergeStep.Merged : SnapshotMergeStep.Unreadable;
    }

    /// <summary>Whether the store lists a snapshot now that it did not list before.</summary>
    public async ValueTask<bool> HasNewAsync(CancellationToken cancellation)
    {
        var known = Listing.Select(snapshot => snapshot.Position).ToHashSet();
        return (await ListAsync(cancellation)).Any(snapshot => !known.Contains(snapshot.Position));
    }

    /// <summary>
    /// Whether a merged snapshot has all that an unreadable one had. One of a later epoch, stored after the unreadable
    /// one, was made by a session that had read it. One of the same epoch with a higher offset has all of it, unless a
    /// failover came between the two.
    /// </summary>
    public bool IsReplaced(Position bad)
    {
        var badStoredAt = StoredAt(bad);
        return Listing.Any(s => merged.ContainsKey(s.Position)
            && (s.Position.Epoch > bad.Epoch ? s.StoredAt > badStoredAt
                : s.Position.Epoch == bad.Epoch && s.Position.Offset > bad.Offset));
    }

    private async ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(CancellationToken cancellation)
    {
        var all = await store.ListAsync(name, cancellation);
        return without.IsNone ? all : [.. all.Where(snapshot => snapshot.Position != without)];
    }

    private SnapshotMergeStep Bad(SnapshotInfo snapshot, string? problem)
    {
        unreadable.Add(snapshot.Position);
        LogUnreadableSnapshot(logger, name, snapshot.Position, problem);
        return SnapshotMergeStep.Unreadable;
    }
}
