namespace Relay.DocLocator;

/// <summary>
/// Says that this node is alive. A node that has not beaten within the expiry, or never, is dead to all readers of
/// <see cref="IDocumentLocator"/>, whatever sets it still stands in; a later beat makes it alive again. So a node beats
/// once before it adds itself to any document, and then several times within each expiry. Thread-safe.
/// </summary>
public interface INodeHeartbeat
{
    /// <summary>Renews this node's item for one expiry from now.</summary>
    /// <exception cref="LocatorUnavailableException">The table cannot be reached.</exception>
    ValueTask BeatAsync(CancellationToken cancellation);
}
