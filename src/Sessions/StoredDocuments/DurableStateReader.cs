using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Puts a document together from what is stored: the newest snapshot listed, those that it does not cover (nearly
/// always there are none), and the log after them. A snapshot may go between listing and reading, and a log may be
/// trimmed between the two: then everything is read again, a few times. What leaves a gap or does not read is
/// refused, never taken for less. Nothing from before a tombstone is merged, and what came after it counts only if
/// it was created anew: a snapshot of a later epoch, or a log that begins by saying so. Reads only; thread-safe.
/// </summary>
internal sealed class DurableStateReader(IDocumentLog log, ISnapshotStore store, IContentKind kind,
    TimeProvider time, ILogger<DurableStateReader> logger)
{
    /// <summary>Snapshots and logs that keep moving under the reader this often are no accident.</summary>
    private const int Tries = 4;

    /// <summary>What documents are.</summary>
    public IContentKind Kind { get; } = kind;

    /// <exception cref="BackplaneUnavailableException">The log cannot be read now.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read now.</exception>
    public ValueTask<DurableState> ReadAsync(DocumentName name, CancellationToken cancellation) =>
        ReadAsync(name, Position.None, cancellation);

    /// <param name="name">The document.</param>
    /// <param name="covered">A snapshot of which the caller knows that it was stored while its log was alive;
    /// <see cref="Position.None"/> for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read now.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read now.</exception>
    public ValueTask<DurableState> ReadAsync(DocumentName name, Position covered, CancellationToken cancellation) =>
        TryAsync(() => Begin(name, covered: covered), cancellation);

    /// <summary>
    /// Whether a state that was read is still all that is stored. Reads no snapshot, and of the log only what is new.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="mark">What the state's reading found.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read now.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read now.</exception>
    public async ValueTask<bool> IsCurrentAsync(DocumentName name, StoredMark mark, CancellationToken cancellation)
    {
        var read = await log.ReadAsync(name, mark.End, cancellation);
        var isAtEnd = mark.HasLog
            ? read is { Outcome: LogReadOutcome.Entries, Entries.Count: 0 } && read.End == mark.End
            : read.Outcome == LogReadOutcome.NoLog;

        // After the log: what left the log in between stands in a snapshot that is listed now.
        return isAtEnd && (await store.ListAsync(name, cancellation)).SequenceEqual(mark.Listing);
    }

    /// <summary>What the document would be without one of its snapshots.</summary>
    /// <param name="name">The document.</param>
    /// <param name="without">That snapshot.</param>
    /// <param name="acceptsGap">Merge what is left even where the log does not reach back to it: then something is
    /// missing in between.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read now.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read now.</exception>
    public ValueTask<DurableState> ReadWithoutAsync(DocumentName name, Position without, bool acceptsGap,
        CancellationToken cancellation) =>
        TryAsync(() => Begin(name, without: without, acceptsGap: acceptsGap), cancellation);

    /// <summary>Whether an update reads.</summary>
    public bool Reads(ReadOnlyMemory<byte> update) => Kind.Create().TryApply(update, out _, out _);

    /// <summary>All entries that the log holds; none where there is no log, or where its bytes do not read.</summary>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read now.</exception>
    public async ValueTask<SalvagedLog> ReadEntriesAsync(DocumentName name, CancellationToken cancellation)
    {
        var read = await log.ReadAsync(name, Position.None, cancellation);
        return new SalvagedLog(read.Entries, read.End, MayLackEnd: false, read.Problem ?? "");
    }

    /// <summary>
    /// What the document would be with what was salvaged of its log, whatever is missing between the entries.
    /// </summary>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read now.</exception>
    public ValueTask<DurableState> ReadSalvagedAsync(
        DocumentName name, SalvagedLog salvaged, CancellationToken cancellation)
    {
        // As a log that holds all of these and none of the snapshots' positions.
        var start = new Position(salvaged.End.Epoch, 0, EntryId.None);
        var read = new LogReadResult(LogReadOutcome.OtherEntry, salvaged.Entries, salvaged.End, start);
        return TryAsync(() => Begin(name, salvaged: read), cancellation);
    }

    /// <summary>
    /// Puts the document together from another node's state and the log after it. Returns null if the two do not fit or
    /// the state does not read; then the caller reads what is stored.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read now.</exception>
    public async ValueTask<DurableState?> ReadAfterAsync(DocumentName name, PeerState peer,
        CancellationToken cancellation)
    {
        var document = Kind.Create();
        if (peer.Position.IsNone || !document.TryApply(peer.Document, out _, out _))
        {
            // A node that has read no entry may have missed any number of them: also those of a log that is gone, which
            // only snapshots have, and a deletion.
            return null;
        }

        var read = await log.ReadAsync(name, peer.Position, cancellation);
        if (read.Outcome != LogReadOutcome.Entries)
        {
            return null;
        }

        foreach (var entry in read.Entries)
        {
            if (entry.Kind == EntryKind.Deleted
                || (entry.Kind == EntryKind.Update && !document.TryApply(entry.Payload, out _, out _)))
            {
                return null;
            }
        }

        var end = read.Entries.Count == 0 ? peer.Position : read.End;
        return new DurableState(DurableOutcome.Read, document, end, read.Entries, peer.Saved,
            IsInLog: !peer.Saved.IsNone, document, peer.Unreadable)
        {
            Covers = peer.Covers,
        };
    }

    private DurableStateReading Begin(
        DocumentName name,
        Position covered = default,
        Position without = default,
        bool acceptsGap = false,
        LogReadResult? salvaged = null) =>
        new(log, new MergedSnapshots(store, name, without, Kind, logger), name, covered, acceptsGap,
            Kind, salvaged, time);

    private async ValueTask<DurableState> TryAsync(Func<DurableStateReading> begin, CancellationToken cancellation)
    {
        var problem = "";
        for (var i = 0; i < Tries; i++)
        {
            var reading = begin();
            if (await reading.ReadAsync(cancellation) is { } state)
            {
                return state;
            }

            problem = reading.Problem;
        }

        var empty = Kind.Create();
        return new DurableState(DurableOutcome.Unreadable, empty, Position.None, [], Position.None, false, empty,
            new HashSet<Position>(), problem);
    }
}
