using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// Documents that are not open, read from snapshots and log for all who ask at the same time: a read takes several
/// times the document's size in memory. The answer holds everything that the log held when it was asked for.
/// Thread-safe.
/// </summary>
internal sealed class SharedReads(DurableStateReader durable, TimeProvider time)
{
    /// <summary>How many documents a node reads at the same time for requests.</summary>
    public const int AtOnce = 8;

    /// <summary>How many documents may be asked for at the same time; more are refused.</summary>
    public const int Most = 200;

    private readonly SharedCalls<DocumentName, (DurableOutcome, ReadOnlyMemory<byte>)> calls =
        new(new Reader(durable).ReadAsync, AtOnce, Most, time);

    /// <summary>Reads a document, or joins who is about to.</summary>
    /// <returns>
    /// The outcome, and the encoded state where it was read; null if too many others are read at the moment. All who
    /// share the read get the same memory.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the stores took too long.</exception>
    public async Task<(DurableOutcome Outcome, ReadOnlyMemory<byte> State)?> ReadAsync(
        DocumentName name, CancellationToken cancellation) =>
        calls.Ask(name, cancellation) is { } read ? await read : null;

    private sealed class Reader(DurableStateReader durable)
    {
        private readonly KeptStates kept = new(Most);

        /// <summary>
        /// Takes the state that was read before, if the stores have nothing newer. Otherwise each client that comes
        /// while the others are served would have the same document read and kept once more.
        /// </summary>
        public async Task<(DurableOutcome, ReadOnlyMemory<byte>)> ReadAsync(
            DocumentName name, CancellationToken cancellation)
        {
            if (kept.TryFind(name, out var mark, out var known)
                && await durable.IsCurrentAsync(name, mark, cancellation))
            {
                return (DurableOutcome.Read, known);
            }

            var stored = await durable.ReadAsync(name, cancellation);
            var state = stored.Outcome == DurableOutcome.Read ? stored.Encoded : default;
            if (stored.Mark is not null)
            {
                kept.Keep(name, stored.Mark, state);
            }

            return (stored.Outcome, state);
        }
    }
}
