using Relay.Backplane;
using Relay.DocLocator;
using Relay.Logging;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>
/// How nodes that hold a document get to know each other: over its channel, and by links where there are some.
/// Thread-safe.
/// </summary>
internal sealed partial class LinkedGreetings(
    NodeIdentity self, IHolderChannel channel, NodeLinks links, Action<Action> elsewhere, ILogger logger)
{
    /// <summary>The link to a node that says where it is reached; null for one that does not.</summary>
    public PeerLink? PeerOf(ulong node, DocumentHolder? holder) =>
        holder is not null && NodeIdentity.TryParse(holder.Node, out var identity)
            && ChannelNode.IdOf(identity.Incarnation) == node
            ? links.To(identity)
            : null;

    /// <summary>This node as the holder of a document.</summary>
    public DocumentHolder Holder(ulong opening) => new(self.ToString(), opening);

    /// <summary>Another node has asked who holds the document: this one does.</summary>
    public void Answer(DocumentName document, ulong opening, PeerLink peer)
    {
        if (!peer.TrySend(new LinkItem(LinkItemKind.Holds, document, opening, default)))
        {
            Publish(document, AwarenessKind.Here, opening);
        }
    }

    /// <summary>Asks who holds the document.</summary>
    public void Ask(DocumentName document, ulong opening) => Publish(document, AwarenessKind.Hello, opening);

    /// <summary>
    /// Says on the channel that this node does not hold the document any more. Where it cannot, the other nodes hear it
    /// when they send something about the document.
    /// </summary>
    public Task SayByeAsync(DocumentName document, ulong opening) =>
        PublishAsync(document, AwarenessKind.Bye, opening);

    private void Publish(DocumentName document, AwarenessKind kind, ulong opening) =>
        elsewhere(() => _ = PublishAsync(document, kind, opening));

    /// <summary>Without content, which sessions pass over: only the holder counts.</summary>
    private async Task PublishAsync(DocumentName document, AwarenessKind kind, ulong opening)
    {
        try
        {
            await channel.PublishHolderAsync(document, kind, Holder(opening), default, CancellationToken.None);
        }
        catch (BackplaneUnavailableException exception)
        {
            LogNotSaid(logger, exception, document);
        }
    }

    [LoggerMessage(LogEvents.HolderNotSaid, LogLevel.Debug,
        "Other nodes could not be told whether this one holds {Document}")]
    private static partial void LogNotSaid(ILogger logger, Exception exception, DocumentName document);
}
