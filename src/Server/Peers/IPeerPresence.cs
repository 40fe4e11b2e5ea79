using Relay.Yjs;

namespace Relay.Peers;

/// <summary>Who is at documents that other nodes have open, for people who look. Thread-safe.</summary>
internal interface IPeerPresence
{
    /// <summary>
    /// Asks the holders for the document's presence: one after the other until one has the document open; nothing if
    /// none does, or none answers before its deadline.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="holders">Addresses, <c>ip:port</c>, of nodes that may have it open.</param>
    /// <param name="cancellation">Gives up; throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>Everybody's presence, y-protocols encoding.</returns>
    ValueTask<ReadOnlyMemory<byte>?> AskPresenceAsync(
        DocumentName document, IReadOnlyList<string> holders, CancellationToken cancellation);
}
