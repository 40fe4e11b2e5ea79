using Relay.Yjs;

namespace Relay.DocLocator;

/// <summary>
/// The table document → addresses of the nodes that hold it in memory. A shortcut to a peer's state, never the truth:
/// log and snapshots are. Thread-safe; each operation is one atomic change of one document's set. A store that cannot
/// be reached throws <see cref="LocatorUnavailableException"/> and is never "no holders".
/// </summary>
public interface IDocumentLocator
{
    /// <summary>
    /// Adds this node to the document's holders and returns the addresses (<c>ip:port</c>) of the other nodes that held
    /// it before and are alive by their <see cref="INodeHeartbeat"/>: in no order, each once, never this node's own.
    /// Adding twice has no effect.
    /// </summary>
    ValueTask<IReadOnlyList<string>> AddAsync(DocumentName document, CancellationToken cancellation);

    /// <summary>
    /// Takes exactly this node, of this start, out of the document's holders. Removing a node that is not there has
    /// no effect.
    /// </summary>
    ValueTask RemoveAsync(DocumentName document, CancellationToken cancellation);
}
