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
        bool wasLost,
        Position without,
        bool acceptsGap,
        LogReadResult? salvaged = null)
    {
        private readonly YDocument document = new(reader.garbageCollection);
        private readonly Dictionary<Position, ReadOnlyMemory<byte>> merged = [];
        private readonly HashSet<Position> unreadable = [];
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

            foreach (var epoch in listing.GroupBy(s => s.Position.Epoch).OrderByDescending(e => e.Key))
            {
                if (await MergeNewestAsync(epoch, cancellation) == Step.Moved)
                {
                    return null;
                }

                if (!tombstone.IsNone)
                {
                    // Everything older was deleted with it.
                    break;
                }
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
        /// Merges the newest snapshot of an epoch that reads, and those stored after it. Nearly always there are none:
        /// but after a failover that lost entries, the newest by position may be of a history that is over, and
        /// hide what the living one has stored since at lower offsets.
        /// </summary>
        private async ValueTask<Step> MergeNewestAsync(IEnumerable<SnapshotInfo> epoch, CancellationToken cancellation)
        {
            var newest = DateTimeOffset.MaxValue;
            foreach (var snapshot in epoch)
            {
                if (snapshot.StoredAt < newest && newest != DateTimeOffset.MaxValue && !wasLost)
                {
                    continue;
                }

                var step = await MergeAsync(snapshot, cancellation);
                if (step is Step.Moved or Step.Deleted)
                {
                    return step;
                }

                if (step == Step.Merged && newest == DateTimeOffset.MaxValue)
                {
                    newest = snapshot.StoredAt;
                }
            }

            return newest == DateTimeOffset.MaxValue ? Step.Unreadable : Step.Merged;
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
                Known = hasLog ? Known(entries, inLog, end.Epoch) : Known([], Position.None, 0)
            };
        }

        /// <summary>
        /// A snapshot of another epoch that was stored before this one began was read by all who follow this one. One
        /// of this epoch, whose entry a failover has lost, was not: who was asleep at an earlier position, or was
        /// behind, goes on with the log as if nothing had happened.
        /// </summary>
        private YDocument Known(IReadOnlyList<LoggedEntry> entries, Position inLog, long epoch)
        {
            bool IsKnown(Position snapshot) => snapshot == inLog || (snapshot == covered && covered.Epoch != epoch);
            if (merged.Keys.All(IsKnown))
            {
                return document;
            }

            var known = new YDocument(reader.garbageCollection);
            var updates = merged.Where(m => IsKnown(m.Key)).Select(m => m.Value)
                .Concat(entries.Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload));
            foreach (var update in updates)
            {
                // All of them read a moment ago.
                _ = known.TryApply(update, out _, out _);
            }

            return known;
        }

        /// <summary>
        /// Whether the state has all that a snapshot had which does not read. The log shows it if it holds that very
        /// entry, or begins right after it and the state reaches back to that; and a readable snapshot of a later
        /// epoch, stored after the bad one, was made by a session that had read it.
        /// </summary>
        private bool IsCovered(Position bad, IReadOnlyList<LoggedEntry> entries, Position start)
        {
            if (bad == start || entries.Any(e => e.Position == bad))
            {
                return true;
            }

            var badStoredAt = listing.First(s => s.Position == bad).StoredAt;
            return listing.Any(s => merged.ContainsKey(s.Position) && s.Position.Epoch > bad.Epoch
                && s.StoredAt > badStoredAt);
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
