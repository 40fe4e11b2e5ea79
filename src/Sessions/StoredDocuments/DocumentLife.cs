using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Deletes documents, and creates them again. Both are the first entry of a log that replaces the one before at once,
/// so that every node sees the same order: sessions that meet a deletion drop their state, and what was
/// written before it is never merged again. Thread-safe; of two calls at once, on whatever nodes, one comes first.
/// </summary>
internal sealed class DocumentLife(
    IDocumentLog log, ISnapshotStore snapshots, DurableStateReader durable, SessionEnvironment environment)
{
    /// <summary>More tries fail only if another node begins the log anew between each reading and the next step.</summary>
    private const int Tries = 10;

    /// <summary>
    /// Deletes a document for good, whatever state it is in. A deletion that is there already is completed.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The log cannot be reached; whether the document is deleted is
    /// unknown.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be reached. If the log says already
    /// that the document is deleted, some node completes it.</exception>
    /// <exception cref="LogDamagedException">The log does not read.</exception>
    public async ValueTask<LifeOutcome> DeleteAsync(DocumentName name, CancellationToken cancellation)
    {
        var entry = new LogEntry(environment.NewEntryId(), EntryKind.Deleted, default);
        var logEpoch = 0L;
        for (var i = 0; i < Tries; i++)
        {
            var state = await durable.ReadAsync(name, cancellation);
            if (state.Outcome == DurableOutcome.Deleted)
            {
                await BuryAsync(name, state, cancellation);
                return LifeOutcome.Done;
            }

            if (state is { Outcome: DurableOutcome.Read, Position.IsNone: true })
            {
                return LifeOutcome.NoDocument;
            }

            // What does not read has no position, but its log has an epoch, which the first try tells.
            var epoch = state.Position.IsNone ? logEpoch : state.Position.Epoch;
            var result = await log.ReplaceAsync(name, epoch, Position.None, entry, cancellation);
            logEpoch = result.Position.Epoch;
        }

        throw new BackplaneUnavailableException(
            $"The log of document '{name}' began anew under every attempt to delete it.");
    }

    /// <summary>
    /// Creates a document again that was deleted. Others need no creating: they begin with the first update.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The log cannot be reached; whether the document is created is
    /// unknown.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be reached.</exception>
    /// <exception cref="LogDamagedException">The log does not read.</exception>
    public async ValueTask<LifeOutcome> CreateAsync(DocumentName name, CancellationToken cancellation)
    {
        var entry = new LogEntry(environment.NewEntryId(), EntryKind.Created, default);
        for (var i = 0; i < Tries; i++)
        {
            var state = await durable.ReadAsync(name, cancellation);
            if (state.Outcome != DurableOutcome.Deleted)
            {
                return state.Outcome == DurableOutcome.Read ? LifeOutcome.Exists : LifeOutcome.Unreadable;
            }

            // The tombstone comes first: without it, the log alone would say that older snapshots count no longer.
            await BuryAsync(name, state, cancellation);
            var epoch = state.Position.Epoch;
            var result = await log.ReplaceAsync(name, epoch, Position.None, entry, cancellation);
            if (result.Outcome == AppendOutcome.StartedEpoch)
            {
                await snapshots.WriteAsync(
                    new Snapshot(
                        name,
                        SnapshotKind.State,
                        result.Position,
                        environment.Time.GetUtcNow(),
                        durable.Kind.EmptyUpdate),
                    cancellation);
                await log.CheckpointAsync(name, result.Position, Position.None, cancellation);
                return LifeOutcome.Done;
            }
        }

        throw new BackplaneUnavailableException(
            $"The log of document '{name}' began anew under every attempt to create it.");
    }

    /// <summary>Also where the tombstone stands already: the log may not have heard of it.</summary>
    private ValueTask BuryAsync(DocumentName name, DurableState state, CancellationToken cancellation) =>
        Tombstone.WriteAsync(log, snapshots, name, state, environment.Time.GetUtcNow(), cancellation);
}
