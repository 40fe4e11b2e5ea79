using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>A node that knows no others: everything is read from snapshots and log.</summary>
internal sealed class NoPeers : IPeers
{
    public ValueTask<PeerState?> AskAsync(DocumentName document, IReadOnlyList<string> holders, CancellationToken cancellation) => default;
}
