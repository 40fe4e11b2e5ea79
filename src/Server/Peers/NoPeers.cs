using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>A node that knows no others: everything is read from snapshots and log, and nobody is elsewhere.</summary>
internal sealed class NoPeers : IPeers, IPeerPresence
{
    public ValueTask<PeerState?> AskAsync(DocumentName document, IReadOnlyList<string> holders,
        CancellationToken cancellation) => default;

    public ValueTask<ReadOnlyMemory<byte>?> AskPresenceAsync(DocumentName document, IReadOnlyList<string> holders,
        CancellationToken cancellation) => default;
}
