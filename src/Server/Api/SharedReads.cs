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

    private readonly SharedCalls<DocumentName, (DurableOutcome, byte[])> calls = new(
        async (name, cancellation) =>
        {
            var stored = await durable.ReadAsync(name, cancellation);
            return (stored.Outcome, stored.Outcome == DurableOutcome.Read ? stored.Document.EncodeState() : []);
        },
        AtOnce,
        Most,
        time);

    /// <summary>Reads a document, or joins who is about to.</summary>
    /// <returns>
    /// The outcome, and the encoded state where it was read; null if too many others are read at the moment. All who
    /// share the read get the same memory.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the stores took too long.</exception>
    public async Task<(DurableOutcome Outcome, byte[] State)?> ReadAsync(
        DocumentName name, CancellationToken cancellation) =>
        calls.Ask(name, cancellation) is { } read ? await read : null;
}
