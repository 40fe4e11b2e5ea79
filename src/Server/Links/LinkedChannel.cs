using System.Collections.Concurrent;
using Relay.Backplane;
using Relay.DocLocator;
using Relay.Logging;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>
/// The channels of documents, where presence and applications' messages go over links to the nodes that hold the
/// document, as long as there is a link to each of them; otherwise over the channel itself. Greetings and entries
/// always go over the channel.
/// </summary>
/// <remarks>
/// Messages of one sender keep their order on a link, and where a link takes the channel's place. Where a link breaks,
/// the first over the channel may overtake the last that the other node still reads from it.
/// </remarks>
internal sealed partial class LinkedChannel : IDocumentChannel, ILinkReceiver, IDisposable
{
    private readonly ConcurrentDictionary<DocumentName, LinkedDocument> documents = [];
    private readonly IHolderChannel channel;
    private readonly LinkedGreetings greetings;
    private readonly LinkServices services;
    private readonly MessageOrder order;
    private readonly Func<bool> allKnowLinks;
    private readonly CancellationTokenSource stopping = new();
    private ulong openings;

    /// <param name="channel">The channel behind it.</param>
    /// <param name="makeServices">Makes what links need, with this as their receiver and the end of the node.</param>
    /// <param name="allKnowLinks">Whether all nodes know links, as far as this one has heard.</param>
    public LinkedChannel(
        IHolderChannel channel,
        Func<ILinkReceiver, CancellationToken, LinkServices> makeServices,
        Func<bool> allKnowLinks)
    {
        this.channel = channel;
        this.allKnowLinks = allKnowLinks;
        services = makeServices(this, stopping.Token);
        order = new MessageOrder(services.Time, services.Options.ChannelLag);
        Links = new NodeLinks(services);
        greetings = new LinkedGreetings(services.Self, channel, Links, services.Elsewhere, services.Logger);
    }

    /// <summary>The links.</summary>
    public NodeLinks Links { get; }

    /// <inheritdoc />
    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        DocumentName document, IChannelListener listener, CancellationToken cancellation)
    {
        var linked = new LinkedDocument(document, Interlocked.Increment(ref openings), listener, greetings);
        documents[document] = linked;
        try
        {
            return new LinkedSubscription(
                await channel.SubscribeAsync(document, linked, cancellation), () => CloseAsync(document, linked));
        }
        catch
        {
            Remove(document, linked);
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (!documents.TryGetValue(document, out var linked))
        {
            return channel.PublishAwarenessAsync(document, kind, content, cancellation);
        }

        if (LinkItem.KindOf(kind) is { } item && TrySend(linked, document, item, content))
        {
            return ValueTask.CompletedTask;
        }

        if (kind == AwarenessKind.Bye)
        {
            linked.OnByeSaid();
        }

        return kind is AwarenessKind.Changes or AwarenessKind.Renew
            ? channel.PublishAwarenessAsync(document, kind, content, cancellation)
            : channel.PublishHolderAsync(document, kind, greetings.Holder(linked.Opening), content, cancellation);
    }

    /// <inheritdoc />
    public ValueTask PublishStatelessAsync(
        DocumentName document, ulong sender, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        if (documents.TryGetValue(document, out var linked))
        {
            if ((linked.IsAlone || order.MayUseLinks(document))
                && TrySend(linked, document, LinkItemKind.Stateless, message, sender))
            {
                return ValueTask.CompletedTask;
            }

            order.OnChannel(document);
        }

        return channel.PublishStatelessAsync(document, sender, message, cancellation);
    }

    /// <summary>A node's report has ended: it holds no document.</summary>
    public void NodeEnded(ulong node)
    {
        foreach (var document in InOrder())
        {
            document.OnNodeEnded(node);
        }

        Links.End(node);
    }

    /// <summary>This node stops: all links end.</summary>
    public void Close()
    {
        stopping.Cancel();
        Links.Close();
    }

    public void Dispose() => stopping.Dispose();

    void ILinkReceiver.OnOpened(PeerLink peer)
    {
        LogOpened(services.Logger, peer.Node);
        foreach (var document in InOrder())
        {
            document.OnOpened(peer);
        }
    }

    void ILinkReceiver.OnItem(PeerLink peer, in LinkItem item)
    {
        if (documents.TryGetValue(item.Document, out var document))
        {
            document.OnItem(peer, item);
        }
        else if (item.Kind != LinkItemKind.Absent)
        {
            peer.TrySend(new LinkItem(LinkItemKind.Absent, item.Document, Interlocked.Read(ref openings), default));
        }
    }

    void ILinkReceiver.OnBroken(PeerLink peer, IReadOnlyList<LinkItem> lost)
    {
        LogBroken(services.Logger, peer.Node);
        if (lost.Count > 0)
        {
            services.Elsewhere(() => _ = RepeatAsync(lost));
        }
    }

    /// <summary>Tells over the channel what a broken link may have lost.</summary>
    private async Task RepeatAsync(IReadOnlyList<LinkItem> lost)
    {
        var merged = new LinkQueue(long.MaxValue);
        foreach (var item in lost)
        {
            merged.TryAdd(item);
        }

        try
        {
            foreach (var item in merged.Take(long.MaxValue))
            {
                if (documents.TryGetValue(item.Document, out var document) && document.Opening == item.Opening
                    && item.Awareness is { } kind)
                {
                    services.Metrics.WentOverChannel();
                    await channel.PublishAwarenessAsync(item.Document, kind, item.Content, services.Stopping);
                }
            }
        }
        catch (Exception exception) when (exception is BackplaneUnavailableException or OperationCanceledException)
        {
            // When the channel is back, sessions say all of their presence.
            LogNotRepeated(services.Logger, exception);
        }
    }

    /// <summary>
    /// The documents in the order of their openings, not of the hashes of their names, which differ in each process:
    /// so a run can be repeated.
    /// </summary>
    private IEnumerable<LinkedDocument> InOrder() =>
        documents.Values.OrderBy(static document => document.Opening);

    private bool TrySend(
        LinkedDocument linked,
        DocumentName document,
        LinkItemKind kind,
        ReadOnlyMemory<byte> content,
        ulong sender = 0)
    {
        if (allKnowLinks() && content.Length <= services.Options.MaxItemBytes
            && linked.TrySend(new LinkItem(kind, document, linked.Opening, content, sender)))
        {
            services.Metrics.Sent(linked.IsAlone ? 0 : 1);
            return true;
        }

        services.Metrics.WentOverChannel();
        return false;
    }

    private async Task CloseAsync(DocumentName document, LinkedDocument linked)
    {
        var isMissed = linked.IsMissed;
        Remove(document, linked);
        if (isMissed)
        {
            await greetings.SayByeAsync(document, linked.Opening);
        }
    }

    private void Remove(DocumentName document, LinkedDocument linked)
    {
        documents.TryRemove(new KeyValuePair<DocumentName, LinkedDocument>(document, linked));
        order.Forget(document);
        linked.Close();
    }

    [LoggerMessage(LogEvents.LinkOpened, LogLevel.Information, "There is a link to node {Peer}")]
    private static partial void LogOpened(ILogger logger, NodeIdentity peer);

    [LoggerMessage(LogEvents.LinkClosed, LogLevel.Information, "There is no link to node {Peer} any more")]
    private static partial void LogBroken(ILogger logger, NodeIdentity peer);

    [LoggerMessage(LogEvents.LinkLossNotRepeated, LogLevel.Debug,
        "What a broken link may have lost could not be told over the channel")]
    private static partial void LogNotRepeated(ILogger logger, Exception exception);
}
