using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>
/// A document that is open here, between its channel, the links to the nodes that hold it too, and its session.
/// Thread-safe; what the channel and links bring may reach the session at the same moment, each in its own order.
/// </summary>
internal sealed class LinkedDocument(
    DocumentName name, ulong opening, IChannelListener session, LinkedGreetings greetings) : IHolderListener
{
    private readonly DocumentHolders holders = new();
    private volatile bool saidBye;

    /// <summary>Which of this node's sessions of the document it is.</summary>
    public ulong Opening => opening;

    /// <summary>Whether other nodes may count on this one to hold the document.</summary>
    public bool IsMissed => !saidBye && holders.Present.Length > 0;

    /// <summary>Whether no other node is known to hold it.</summary>
    public bool IsAlone => holders.Present.Length == 0;

    /// <summary>This node has said on the channel that it does not hold the document any more.</summary>
    public void OnByeSaid() => saidBye = true;

    /// <summary>Hands an item to all nodes that hold the document.</summary>
    /// <returns>
    /// False if a link to one of them is missing: then the channel brings it to all. It may have been handed to some.
    /// </returns>
    public bool TrySend(in LinkItem item)
    {
        var present = holders.Present;
        foreach (var peer in present)
        {
            if (peer is not { IsOpen: true })
            {
                return false;
            }
        }

        var isSent = true;
        foreach (var peer in present)
        {
            isSent &= peer!.TrySend(item);
        }

        // A message of an application comes at most once: it is not sent again in another way.
        return isSent || item.Kind == LinkItemKind.Stateless;
    }

    /// <summary>A link brings something about the document.</summary>
    public void OnItem(PeerLink peer, in LinkItem item)
    {
        if (item.Kind == LinkItemKind.Absent)
        {
            holders.Remove(peer.Id, item.Opening);
            return;
        }

        var news = holders.Add(peer.Id, peer, item.Opening);
        if (news == HolderNews.Outdated)
        {
            return;
        }

        if (item.Kind == LinkItemKind.Stateless)
        {
            session.OnStateless(item.Sender, item.Content);
        }
        else if (item.Awareness is { } kind)
        {
            session.OnAwareness(peer.Id, kind, item.Content);
        }

        TellIfNew(peer.Id, news);
    }

    /// <summary>There is a link to a node: each tells the other that it holds the document.</summary>
    public void OnOpened(PeerLink peer)
    {
        if (Array.IndexOf(holders.Present, peer) >= 0)
        {
            peer.TrySend(new LinkItem(LinkItemKind.Holds, name, opening, default));
        }
    }

    /// <summary>A node has ended, or seems to have.</summary>
    public void OnNodeEnded(ulong node) => holders.Forget(node);

    /// <summary>The document is closed here.</summary>
    public void Close() => holders.Close();

    /// <inheritdoc />
    public void OnHolder(ulong node, AwarenessKind kind, DocumentHolder? holder)
    {
        if (kind == AwarenessKind.Bye)
        {
            holders.Remove(node, holder?.Opening ?? ulong.MaxValue);
            return;
        }

        if (greetings.PeerOf(node, holder) is not { } peer)
        {
            if (holders.AddUnlinked(node) && kind is not (AwarenessKind.Hello or AwarenessKind.Here))
            {
                // Its greeting was missed.
                greetings.Ask(name, opening);
            }

            return;
        }

        var news = holders.Add(node, peer, holder!.Opening);
        if (kind == AwarenessKind.Hello && news != HolderNews.Outdated)
        {
            greetings.Answer(name, opening, peer);
        }
        else
        {
            TellIfNew(node, news);
        }
    }

    /// <inheritdoc />
    public bool TryTakeOwn(in LoggedEntry head) => session.TryTakeOwn(head);

    /// <inheritdoc />
    public void OnEntry(in LoggedEntry entry) => session.OnEntry(entry);

    /// <inheritdoc />
    public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content) =>
        session.OnAwareness(node, kind, content);

    /// <inheritdoc />
    public void OnStateless(ulong sender, ReadOnlyMemory<byte> message) => session.OnStateless(sender, message);

    /// <inheritdoc />
    public void OnSaved(Position position) => session.OnSaved(position);

    /// <inheritdoc />
    public void OnInterrupted() => session.OnInterrupted();

    /// <summary>
    /// What this node's clients said before it knew of the other one went only to those that it knew: a question
    /// without content has the session say all of it.
    /// </summary>
    private void TellIfNew(ulong node, HolderNews news)
    {
        if (news == HolderNews.New)
        {
            session.OnAwareness(node, AwarenessKind.Hello, default);
        }
    }
}
