namespace Relay.Links;

/// <summary>What links tell the node. Calls of one link come one at a time; an implementation only enqueues.</summary>
internal interface ILinkReceiver
{
    /// <summary>There is a link to this node from now on.</summary>
    void OnOpened(PeerLink peer);

    /// <summary>The other node tells something.</summary>
    void OnItem(PeerLink peer, in LinkItem item);

    /// <summary>There is no link to this node any more.</summary>
    /// <param name="peer">The node.</param>
    /// <param name="lost">Presence that it may not have been told.</param>
    void OnBroken(PeerLink peer, IReadOnlyList<LinkItem> lost);
}
