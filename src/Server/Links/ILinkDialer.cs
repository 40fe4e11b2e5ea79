using Relay.DocLocator;

namespace Relay.Links;

/// <summary>Connects to other nodes. Thread-safe.</summary>
internal interface ILinkDialer
{
    /// <summary>
    /// Connects to this very start of a node; null if it cannot be reached, refuses, or does not prove itself. Never
    /// throws.
    /// </summary>
    ValueTask<ILinkConnection?> DialAsync(NodeIdentity peer, CancellationToken cancellation);
}
