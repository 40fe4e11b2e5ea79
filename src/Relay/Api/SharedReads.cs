using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// Documents that are not open, read from snapshots and log for all who ask at the same time: a read takes several
/// times the document's size in memory. The answer holds everything that the log held when it was asked for.
/// Thread-safe.
/// </summary>
internal sealed class SharedReads(DurableStateReader durable, TimeProvider time) : IDisposable
{
    /// <summary>How many documents a node reads at the same time for requests.</summary>
    public const int AtOnce = 8;

    private readonly SharedCalls<DocumentName, (DurableOutcome, byte[])> calls = new(
        async (name, cancellation) =>
        {
            var stored = await durable.ReadAsync(name, cancellation);
            return (stored.Outcome, stored.Outcome == DurableOutcome.Read ? stored.Document.EncodeState() : []);
        },
        AtOnce,
        time);

    /// <summary>Reads a document, or joins who is about to.</summary>
    /// <returns>
    /// The outcome, and the encoded state where it was read. All who share the read get the same memory.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the stores took too long.</exception>
    public Task<(DurableOutcome Outcome, byte[] State)> ReadAsync(DocumentName name, CancellationToken cancellation) =>
        calls.AskAsync(name, cancellation);

    public void Dispose() => calls.Dispose();
}
