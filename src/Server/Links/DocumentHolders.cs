namespace Relay.Links;

/// <summary>Which other nodes hold a document, by what they say on its channel and on links. Thread-safe.</summary>
/// <remarks>
/// What comes over a link and what comes over the channel overtake each other. The opening in all of it says which
/// session is meant, so that a message of a session that has ended does not bring its node back.
/// </remarks>
internal sealed class DocumentHolders
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, Holder> all = [];
    private volatile ILinkPeer?[] present = [];
    private bool isClosed;

    /// <summary>
    /// The nodes that hold the document; null for one that no link leads to. The array does not change.
    /// </summary>
    public ILinkPeer?[] Present => present;

    /// <summary>A node that says where it is reached holds the document.</summary>
    public HolderNews Add(ulong node, ILinkPeer peer, ulong opening)
    {
        lock (gate)
        {
            if (isClosed)
            {
                return HolderNews.Outdated;
            }

            if (all.TryGetValue(node, out var known) && known.Peer is not null
                && (opening < known.Opening || (opening == known.Opening && !known.IsThere)))
            {
                return HolderNews.Outdated;
            }

            var isNew = known is not { IsThere: true, Peer: not null } || known.Opening != opening;
            if (known is { IsThere: true, Peer: { } before })
            {
                before.Unshare();
            }

            if (isNew || known!.Peer != peer)
            {
                all[node] = new Holder(peer, opening, IsThere: true);
                Update();
            }

            peer.Share();
            return isNew ? HolderNews.New : HolderNews.Known;
        }
    }

    /// <summary>A node that does not say where it is reached holds the document.</summary>
    /// <returns>Whether that is new.</returns>
    public bool AddUnlinked(ulong node)
    {
        lock (gate)
        {
            if (isClosed || (all.TryGetValue(node, out var known) && known.IsThere))
            {
                return false;
            }

            all[node] = new Holder(null, 0, IsThere: true);
            Update();
            return true;
        }
    }

    /// <summary>A node does not hold the document any more, up to this opening.</summary>
    public void Remove(ulong node, ulong opening)
    {
        lock (gate)
        {
            if (all.TryGetValue(node, out var known) && known.IsThere && known.Opening <= opening)
            {
                known.Peer?.Unshare();
                all[node] = known with { IsThere = false };
                Update();
            }
        }
    }

    /// <summary>A node has ended, or seems to have: if it returns, it says so.</summary>
    public void Forget(ulong node)
    {
        lock (gate)
        {
            if (all.Remove(node, out var known))
            {
                if (known.IsThere)
                {
                    known.Peer?.Unshare();
                }

                Update();
            }
        }
    }

    /// <summary>The document is closed here: what still comes about it adds no holder.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (var known in all.Values.Where(holder => holder.IsThere))
            {
                known.Peer?.Unshare();
            }

            all.Clear();
            Update();
        }
    }

    private void Update() => present = [.. all.Values.Where(holder => holder.IsThere).Select(holder => holder.Peer)];

    private sealed record Holder(ILinkPeer? Peer, ulong Opening, bool IsThere);
}
