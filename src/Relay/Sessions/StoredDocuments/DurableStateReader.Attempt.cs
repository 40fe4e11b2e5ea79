using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class DurableStateReader
{
    /// <summary>One reading of everything.</summary>
    private sealed class Attempt(
        DurableStateReader reader,
        DocumentName name,
        Position covered,
        Position without,
        bool acceptsGap,
        LogReadResult? salvaged = null)
    {
        private readonly IContent document = reader.Kind.Create();
        private readonly Dictionary<Position, ReadOnlyMemory<byte>> merged = [];
        private readonly HashSet<Position> unreadable = [];

        /// <summary>Those that were merged and those that one of them covers, newest first.</summary>
        private readonly List<EntryId> covers = [];
        private IReadOnlyList<SnapshotInfo> listing = [];
        private Position tombstone;

        /// <summary>Why this reading led to nothing.</summary>
        public string Problem { get; private set; } = "";

        /// <summary>The state, or nothing when what is stored moved meanwhile.</summary>
        public async ValueTask<DurableState?> ReadAsync(CancellationToken cancellation)
        {
            listing = await reader.store.ListAsync(name, cancellation);
            if (!without.IsNone)
            {
                listing = [.. listing.Where(snapshot => snapshot.Position != without)];
            }

            if (await MergeListedAsync(cancellation) == Step.Moved)
            {
                return null;
            }

            var saved = Newest();
            var read = salvaged ?? await reader.log.ReadAsync(name, saved.IsNone ? tombstone : saved, cancellation);
            if (salvaged is null && tombstone.IsNone && read.Entries is [{ Kind: EntryKind.Created }, ..])
            {
                // A tombstone is stored before a document is created again, so the listing is older than the log. A
                // session that took the two for one state would append what was deleted.
                Problem = $"The log says that the document was created at {read.Entries[0].Position}, and no tombstone "
                    + "is listed.";
                return null;
            }

            if (salvaged is null && await IsListedSinceAsync(saved, read, cancellation))
            {
                Problem = "Snapshots were stored while the log was read.";
                return null;
            }

            if (!tombstone.IsNone && read.Outcome != LogReadOutcome.Damaged)
            {
                if (saved.IsNone && !IsCreatedAnew(read))
                {
                    return unreadable.Count > 0
                        ? End(DurableOutcome.Unreadable, tombstone, [],
                            $"The snapshot at {unreadable.First()} does not read, and is newer than "
                                + "the document's deletion.")
                        : End(DurableOutcome.Deleted, read.End.IsNone ? tombstone : read.End, []);
                }

                if (read.Outcome != LogReadOutcome.NoLog && read.End.Epoch < tombstone.Epoch)
                {
                    return End(DurableOutcome.Unreadable, read.End, [],
                        $"The log ends at {read.End}, before the document was deleted and created again: "
                            + "it is an old one that came back.");
                }
            }

            return read.Outcome switch
            {
                LogReadOutcome.NoLog => Finish(saved, [], saved, Position.None, hasLog: false),
                LogReadOutcome.Damaged => End(DurableOutcome.Unreadable, saved, [], read.Problem),
                LogReadOutcome.Entries => Finish(read.End.IsNone ? saved : read.End, read.Entries, saved, read.Start),
                _ => await ReadOtherHistoryAsync(read, cancellation),
            };
        }

        /// <summary>
        /// Whether the listing is too old for the log: where the log does not go on from the newest snapshot, it was
        /// lost and begun anew, and before that another may have been stored, which all have read who follow this one.
        /// </summary>
        private async ValueTask<bool> IsListedSinceAsync(
            Position saved, LogReadResult read, CancellationToken cancellation)
        {
            if (read.Outcome is LogReadOutcome.NoLog or LogReadOutcome.Damaged
                || (read.Outcome == LogReadOutcome.Entries && (!saved.IsNone || read.Entries.Count == 0)))
            {
                return false;
            }

            var known = listing.Select(snapshot => snapshot.Position).ToHashSet();
            return (await reader.store.ListAsync(name, cancellation))
                .Any(snapshot => snapshot.Position != without && !known.Contains(snapshot.Position));
        }

        /// <summary>
        /// Whether the log goes on after the tombstone. One that only a node began which slept through the deletion
        /// does not.
        /// </summary>
        private bool IsCreatedAnew(LogReadResult read) =>
            read.Outcome is not (LogReadOutcome.NoLog or LogReadOutcome.Entries) && read.End.Epoch > tombstone.Epoch
                && read is { Start.Offset: 0, Entries: [{ Kind: EntryKind.Created }, ..] };

        /// <summary>
        /// The newest snapshot does not stand in this log: it was lost and begun anew, or a failover lost its last
        /// entries and it has grown since. The log's entries are all that it holds, so the state is whole
        /// if they begin at the beginning, or if a snapshot covers what is trimmed: one that stands in this very log.
        /// </summary>
        private async ValueTask<DurableState?> ReadOtherHistoryAsync(LogReadResult read, CancellationToken cancellation)
        {
            if (read.Start.Offset == 0)
            {
                return Finish(read.End, read.Entries, Position.None, read.Start);
            }

            var places = read.Entries.Select(e => e.Position).Append(read.Start).ToHashSet();
            foreach (var snapshot in listing.Where(s => places.Contains(s.Position)))
            {
                switch (await MergeAsync(snapshot, cancellation))
                {
                    case Step.Merged:
                        return Finish(read.End, read.Entries, snapshot.Position, read.Start);
                    case Step.Moved:
                        return null;
                    default:
                        break;
                }
            }

            if (acceptsGap)
            {
                return Finish(read.End, read.Entries, Position.None, read.Start);
            }

            Problem = $"The log begins after {read.Start}, and no snapshot covers what was before.";
            return null;
        }

        /// <summary>
        /// Merges the newest snapshot that reads, and all that no merged one covers. Nearly always that is one: but
        /// after a failover that lost entries, one with a higher position may be of a history that is over, and say
        /// less than another that it seems to follow.
        /// </summary>
        private async ValueTask<Step> MergeListedAsync(CancellationToken cancellation)
        {
            var known = new HashSet<EntryId>();
            var epochs = new HashSet<long>();
            for (var i = 0; i < listing.Count; i++)
            {
                var position = listing[i].Position;
                if (known.Contains(position.Id) || (i >= Snapshot.MostCovered && epochs.Contains(position.Epoch)))
                {
                    epochs.Add(position.Epoch);
                    continue;
                }

                switch (await MergeAsync(listing[i], cancellation))
                {
                    case Step.Moved:
                        return Step.Moved;
                    case Step.Deleted:
                        // Everything older was deleted with it.
                        return Step.Deleted;
                    case Step.Merged:
                        epochs.Add(position.Epoch);
                        known.UnionWith(covers);
                        break;
                    default:
                        break;
                }
            }

            return Step.Merged;
        }

        private async ValueTask<Step> MergeAsync(SnapshotInfo snapshot, CancellationToken cancellation)
        {
            if (merged.ContainsKey(snapshot.Position))
            {
                return Step.Merged;
            }

            var result = await reader.store.ReadAsync(name, snapshot, cancellation);
            switch (result.Outcome)
            {
                case SnapshotReadOutcome.Gone:
                    Problem = $"The snapshot at {snapshot.Position} is listed and not there.";
                    return Step.Moved;
                case SnapshotReadOutcome.Unreadable:
                    return Bad(snapshot, result.Problem);
                default:
                    break;
            }

            if (result.Snapshot!.Kind == SnapshotKind.Tombstone)
            {
                tombstone = snapshot.Position;
                return Step.Deleted;
            }

            if (!document.TryApply(result.Snapshot.Update, out _, out var error))
            {
                return Bad(snapshot, error.ToString());
            }

            merged.Add(snapshot.Position, result.Snapshot.Update);
            covers.Add(snapshot.Position.Id);
            covers.AddRange(result.Snapshot.Covers);
            return Step.Merged;
        }

        private Step Bad(SnapshotInfo snapshot, string? problem)
        {
            unreadable.Add(snapshot.Position);
            LogUnreadableSnapshot(reader.logger, name, snapshot.Position, problem);
            return Step.Unreadable;
        }

        private DurableState Finish(Position end, IReadOnlyList<LoggedEntry> entries, Position inLog, Position start,
            bool hasLog = true)
        {
            foreach (var entry in entries)
            {
                if (entry.Kind == EntryKind.Deleted)
                {
                    return End(DurableOutcome.Deleted, end, []);
                }

                if (entry.Kind == EntryKind.Update && !document.TryApply(entry.Payload, out _, out var error))
                {
                    return End(DurableOutcome.Unreadable, end, [],
                        $"The log entry at {entry.Position} does not read: {error}");
                }
            }

            foreach (var bad in unreadable)
            {
                if (!IsCovered(bad, entries, inLog.IsNone ? Position.None : start))
                {
                    return End(DurableOutcome.Unreadable, end, [],
                        $"The snapshot at {bad} does not read, and what is left does not reach it.");
                }
            }

            return End(DurableOutcome.Read, end, entries) with
            {
                IsInLog = inLog == Newest(),
                Known = hasLog ? Known(entries, inLog, end.Epoch) : Known([], Position.None, 0),
                Covers = covers,
                Strays = Strays(entries, inLog, hasLog ? end.Epoch : 0),
            };
        }

        /// <summary>
        /// What is neither in the log nor in the snapshot that it goes on from: the one that stands in it, or else the
        /// newest of another epoch, which all have read who follow this log. One of the log's own epoch that does not
        /// stand in it is of a history that a failover lost.
        /// </summary>
        private ReadOnlyMemory<byte> Strays(IReadOnlyList<LoggedEntry> entries, Position inLog, long epoch)
        {
            var from = inLog.IsNone
                ? listing.Select(s => s.Position).FirstOrDefault(p => merged.ContainsKey(p) && p.Epoch != epoch)
                : inLog;
            if (merged.Keys.All(position => position == from))
            {
                return default;
            }

            var lacking = Together(entries.Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload)
                .Concat(merged.Where(m => m.Key == from).Select(m => m.Value)));
            _ = lacking.TryGetNews(document.EncodeState(), out var strays, out _, isAccepted: true);
            return strays;
        }

        /// <summary>A document of updates all of which have been read before.</summary>
        private IContent Together(IEnumerable<ReadOnlyMemory<byte>> updates)
        {
            var together = reader.Kind.Create();
            foreach (var update in updates)
            {
                _ = together.TryApply(update, out _, out _);
            }

            return together;
        }

        /// <summary>
        /// A snapshot of another epoch that was stored before this one began was read by all who follow this one. One
        /// of this epoch, whose entry a failover has lost, was not: who was asleep at an earlier position, or was
        /// behind, goes on with the log as if nothing had happened.
        /// </summary>
        private IContent Known(IReadOnlyList<LoggedEntry> entries, Position inLog, long epoch)
        {
            bool IsKnown(Position snapshot) => snapshot == inLog || (snapshot == covered && covered.Epoch != epoch);
            if (merged.Keys.All(IsKnown))
            {
                return document;
            }

            return Together(merged.Where(m => IsKnown(m.Key)).Select(m => m.Value)
                .Concat(entries.Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload)));
        }

        /// <summary>
        /// Whether the state has all that a snapshot had which does not read. The log shows it if it holds that very
        /// entry, or begins right after it and the state reaches back to that; a readable snapshot of a later epoch,
        /// stored after the bad one, was made by a session that had read it; and a readable one of its own epoch with a
        /// higher offset has all that it had, unless a failover came between the two.
        /// </summary>
        private bool IsCovered(Position bad, IReadOnlyList<LoggedEntry> entries, Position start)
        {
            if (bad == start || entries.Any(e => e.Position == bad))
            {
                return true;
            }

            var badStoredAt = listing.First(s => s.Position == bad).StoredAt;
            return listing.Any(s => merged.ContainsKey(s.Position)
                && (s.Position.Epoch > bad.Epoch ? s.StoredAt > badStoredAt
                    : s.Position.Epoch == bad.Epoch && s.Position.Offset > bad.Offset));
        }

        private Position Newest() => listing.Select(s => s.Position).FirstOrDefault(merged.ContainsKey);

        private DurableState End(DurableOutcome outcome, Position position, IReadOnlyList<LoggedEntry> entries,
            string? problem = null) =>
            new(outcome, document, position, entries, Newest(), false, document,
                tombstone.IsNone ? unreadable : [.. unreadable, tombstone], problem)
            { Tombstone = tombstone };

        private enum Step
        {
            Merged,
            Unreadable,
            Moved,
            Deleted,
        }
    }
}
