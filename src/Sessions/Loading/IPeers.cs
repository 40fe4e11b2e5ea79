using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>The other nodes, for a session that loads a document which they hold. Thread-safe.</summary>
internal interface IPeers
{
    /// <summary>
    /// Asks the holders for the document's state: one, and the next one if it has not answered soon, none twice. The
    /// first whole answer counts; null if none gives one before its deadline, for whatever reason. A peer's answer
    /// is a short cut to what snapshots and log say, so no failure here is an error.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="holders">Their addresses, <c>ip:port</c>, none of them this node's own.</param>
    /// <param name="cancellation">Gives up; throws <see cref="OperationCanceledException"/>.</param>
    ValueTask<PeerState?> AskAsync(DocumentName document, IReadOnlyList<string> holders,
        CancellationToken cancellation);
}
