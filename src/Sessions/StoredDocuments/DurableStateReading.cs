using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// One reading of a document's snapshots and of its log. It may find that what is stored moved meanwhile; then
/// <see cref="DurableStateReader"/> begins another.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="snapshots">The document's snapshots, none of them merged yet.</param>
/// <param name="name">The document.</param>
/// <param name="covered">A snapshot that the caller knows to be stored while its log was alive;
/// <see cref="Position.None"/> for none.</param>
/// <param name="acceptsGap">Whether the log need not reach back to a snapshot.</param>
/// <param name="kind">What documents are.</param>
/// <param name="salvaged">What to take instead of the log; null to read the log.</param>
/// <param name="time">Says how long the reading takes.</param>
internal sealed class DurableStateReading(
    IDocumentLog log,
    MergedSnapshots snapshots,
    DocumentName name,
    Position covered,
    bool acceptsGap,
    IContentKind kind,
    LogReadResult? salvaged,
    TimeProvider time)
{
    /// <summary>
    /// A log that was covered and written after the listing is there for much longer than this: it expires a day after
    /// its last append (<see cref="IDocumentLog"/>). A node that stood still may have missed that day.
    /// </summary>
    private static readonly TimeSpan ShorterThanExpiry = TimeSpan.FromSeconds(15);

    private readonly long begun = time.GetTimestamp();
    private readonly FollowedHistory history = new(snapshots, kind, covered);

    /// <summary>Why the reading returned null.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Returns the state, or null when what is stored moved meanwhile.</summary>
    public async ValueTask<DurableState?> ReadAsync(CancellationToken cancellation)
    {
        if (await snapshots.MergeListedAsync(cancellation) == SnapshotMergeStep.Moved)
        {
            Problem = snapshots.Problem;
            return null;
        }

        var saved = snapshots.Newest;
        var tombstone = snapshots.Tombstone;
        var read = salvaged ?? await log.ReadAsync(name, saved.IsNone ? tombstone : saved, cancellation);
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
                return snapshots.Unreadable.Count > 0
                    ? End(DurableOutcome.Unreadable, tombstone, [],
                        $"The snapshot at {snapshots.Unreadable.First()} does not read, and is newer than "
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
            LogReadOutcome.Entries => Finish(
                read.End.IsNone ? saved : read.End, read.Entries, saved, saved.IsNone ? Position.None : read.Start),
            _ => await ReadOtherHistoryAsync(read, cancellation),
        };
    }

    /// <summary>
    /// Whether the listing is too old for the log. A log that does not go on from the newest snapshot was lost and
    /// begun anew. Before that another snapshot may have been stored, which all sessions that follow this log have
    /// read. Where there is no log, it may have been written, covered and have expired since.
    /// </summary>
    private async ValueTask<bool> IsListedSinceAsync(
        Position saved, LogReadResult read, CancellationToken cancellation)
    {
        var tookLong = time.GetElapsedTime(begun) >= ShorterThanExpiry;
        if ((read.Outcome == LogReadOutcome.NoLog && !tookLong) || read.Outcome == LogReadOutcome.Damaged
            || (read.Outcome == LogReadOutcome.Entries && (!saved.IsNone || read.Entries.Count == 0)))
        {
            return false;
        }

        return await snapshots.HasNewAsync(cancellation);
    }

    /// <summary>
    /// Whether the log goes on after the tombstone. A log that was begun by a node that missed the deletion does not.
    /// </summary>
    private bool IsCreatedAnew(LogReadResult read) =>
        read.Outcome is not (LogReadOutcome.NoLog or LogReadOutcome.Entries)
            && read.End.Epoch > snapshots.Tombstone.Epoch
            && read is { Start.Offset: 0, Entries: [{ Kind: EntryKind.Created }, ..] };

    /// <summary>
    /// The newest snapshot does not stand in this log: the log was lost and begun anew, or a failover lost its last
    /// entries and it has grown since. The state is whole if the entries begin at the log's beginning, or if a snapshot
    /// that stands in this log covers what is trimmed, or if one of a lost history says that it covers the snapshot
    /// after which the log begins. That one may have been pruned: a failover can lose the trimming that came after, and
    /// then the log reaches back further than the snapshots that are kept.
    /// </summary>
    private async ValueTask<DurableState?> ReadOtherHistoryAsync(LogReadResult read, CancellationToken cancellation)
    {
        if (read.Start.Offset == 0)
        {
            return Finish(read.End, read.Entries, Position.None, read.Start);
        }

        var places = read.Entries.Select(e => e.Position).Append(read.Start).ToHashSet();
        foreach (var snapshot in snapshots.At(places))
        {
            switch (await snapshots.MergeAsync(snapshot, cancellation))
            {
                case SnapshotMergeStep.Merged:
                    return Finish(read.End, read.Entries, snapshot.Position, read.Start);
                case SnapshotMergeStep.Moved:
                    Problem = snapshots.Problem;
                    return null;
                default:
                    break;
            }
        }

        switch (await snapshots.MergeCoveringAsync(read.Start.Id, cancellation))
        {
            case SnapshotMergeStep.Merged:
                return Finish(read.End, read.Entries, Position.None, read.Start);
            case SnapshotMergeStep.Moved:
                Problem = snapshots.Problem;
                return null;
            default:
                break;
        }

        if (acceptsGap)
        {
            return Finish(read.End, read.Entries, Position.None, Position.None);
        }

        Problem = $"The log begins after {read.Start}, and no snapshot covers what was before.";
        return null;
    }

    /// <param name="end">Where the state stands.</param>
    /// <param name="entries">The log's entries.</param>
    /// <param name="inLog">The merged snapshot that stands in the log; none for none.</param>
    /// <param name="start">What the log begins after, if a merged snapshot reaches it; none if not.</param>
    /// <param name="hasLog">Whether there is a log.</param>
    private DurableState Finish(Position end, IReadOnlyList<LoggedEntry> entries, Position inLog, Position start,
        bool hasLog = true)
    {
        foreach (var entry in entries)
        {
            if (entry.Kind == EntryKind.Deleted)
            {
                return End(DurableOutcome.Deleted, end, []);
            }

            if (entry.Kind == EntryKind.Update && !snapshots.Document.TryApply(entry.Payload, out _, out var error))
            {
                return End(DurableOutcome.Unreadable, end, [],
                    $"The log entry at {entry.Position} does not read: {error}");
            }
        }

        foreach (var bad in snapshots.Unreadable)
        {
            if (!IsCovered(bad, entries, start))
            {
                return End(DurableOutcome.Unreadable, end, [],
                    $"The snapshot at {bad} does not read, and what is left does not reach it.");
            }
        }

        return End(DurableOutcome.Read, end, entries) with
        {
            IsInLog = inLog == snapshots.Newest,
            Known = hasLog ? history.Known(entries, inLog, end.Epoch) : history.Known([], Position.None, 0),
            Covers = snapshots.Covers,
            Strays = history.Strays(entries, inLog, hasLog ? end.Epoch : 0),
            Mark = snapshots.Unreadable.Count == 0 ? new StoredMark(snapshots.Listing, end, hasLog) : null,
            OnlySnapshot = entries.All(entry => entry.Kind != EntryKind.Update) ? snapshots.Only : default,
        };
    }

    /// <summary>
    /// Whether the state has all that an unreadable snapshot had. The log shows it if it holds that very entry, or
    /// begins right after it and the state reaches back to that; or a merged snapshot has all of it.
    /// </summary>
    private bool IsCovered(Position bad, IReadOnlyList<LoggedEntry> entries, Position start) =>
        bad == start || entries.Any(e => e.Position == bad) || snapshots.IsReplaced(bad);

    private DurableState End(DurableOutcome outcome, Position position, IReadOnlyList<LoggedEntry> entries,
        string? problem = null) =>
        new(outcome, snapshots.Document, position, entries, snapshots.Newest, false, snapshots.Document,
            snapshots.Tombstone.IsNone ? snapshots.Unreadable : (HashSet<Position>)
                [.. snapshots.Unreadable, snapshots.Tombstone],
            problem)
        { Tombstone = snapshots.Tombstone };
}
