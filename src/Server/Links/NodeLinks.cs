using System.Collections.Concurrent;
using Relay.Backplane;
using Relay.DocLocator;

namespace Relay.Links;

/// <summary>The links of this node, one for each other node with which it shares documents. Thread-safe.</summary>
internal sealed class NodeLinks(LinkServices services)
{
    private readonly ConcurrentDictionary<NodeIdentity, PeerLink> peers = [];

    /// <summary>The link to a node, which is made when they share a document; null for this node itself.</summary>
    public PeerLink? To(NodeIdentity node) =>
        node == services.Self ? null : peers.GetOrAdd(node, static (one, all) => new PeerLink(one, all), services);

    /// <summary>
    /// Another node has dialed and proved itself: completes when the link is over.
    /// </summary>
    public Task AcceptAsync(NodeIdentity node, ILinkConnection connection)
    {
        if (To(node) is { } peer && !services.Stopping.IsCancellationRequested)
        {
            return peer.RunAsync(connection);
        }

        connection.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A node has ended, or seems to have.</summary>
    public void End(ulong node)
    {
        foreach (var (identity, peer) in peers)
        {
            if (ChannelNode.IdOf(identity.Incarnation) == node && peers.TryRemove(identity, out _))
            {
                peer.End();
            }
        }
    }

    /// <summary>Ends all links, in an order that is the same in each process.</summary>
    public void Close()
    {
        foreach (var peer in peers.Values.OrderBy(static peer => peer.Node.ToString(), StringComparer.Ordinal))
        {
            peer.End();
        }
    }
}
