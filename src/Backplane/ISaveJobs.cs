using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The documents with log entries that no snapshot covers, as jobs: an append makes a document one, a checkpoint that
/// covers its log's end is all that ends it, so none is ever dropped. Thread-safe. A claim saves work only;
/// safety never depends on it, because snapshots are never overwritten.
/// </summary>
public interface ISaveJobs
{
    /// <summary>
    /// Asks to be the one who saves the document. Refused only while another node's claim lasts; a node that has the
    /// claim renews it. A checkpoint ends the claim.
    /// </summary>
    /// <param name="document">The document; it need not be unsaved.</param>
    /// <param name="lease">How long the claim lasts.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached.</exception>
    ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation);

    /// <summary>
    /// Claims orphaned documents: unsaved, without claim, checkpoint or retry for the time after which a
    /// node that held them would have saved them. Each claim counts as an attempt; after several the job is stalled:
    /// shown as such, and offered at long intervals only.
    /// </summary>
    /// <param name="most">The most that are claimed.</param>
    /// <param name="lease">How long each claim lasts.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached.</exception>
    ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(int most, TimeSpan lease, CancellationToken cancellation);

    /// <summary>
    /// Says that saving failed and ends this node's claim; the job is offered again after a wait that doubles with each
    /// attempt.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="problem">One sentence, for those who look at the jobs.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached.</exception>
    ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation);

    /// <summary>The jobs, at most <paramref name="most"/> of them, those that failed first.</summary>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached.</exception>
    ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation);
}
