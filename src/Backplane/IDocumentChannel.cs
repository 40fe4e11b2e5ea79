using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Joins the nodes that hold a document. Thread-safe. Delivery is at most once; entries of one document arrive in the
/// log's order as far as they arrive, and what was missed is read from <see cref="IDocumentLog"/>. A node hears its own
/// appends, unless the listener takes them before (<see cref="IChannelListener.TryTakeOwn"/>), and not its own
/// awareness.
/// </summary>
public interface IDocumentChannel
{
    /// <summary>Starts delivery to <paramref name="listener"/>: whatever is appended after this has completed is
    /// delivered, as far as the channel holds. Disposing the result ends it; calls already under way may still
    /// arrive.</summary>
    /// <exception cref="BackplaneUnavailableException">The channel cannot be reached.</exception>
    ValueTask<IAsyncDisposable> SubscribeAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation);

    /// <summary>Tells the listeners of the document on all other nodes about presence. It is not stored.</summary>
    /// <param name="document">The document.</param>
    /// <param name="kind">What is told.</param>
    /// <param name="content">What the kind asks for; the channel does not look into it.</param>
    /// <param name="cancellation">Gives up; it may be sent all the same.</param>
    /// <exception cref="BackplaneUnavailableException">The channel cannot be reached.</exception>
    ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>
    /// Sends an application's own message to all listeners of the document, the sender's included. It is not stored;
    /// messages of one sender arrive in the order of the calls, as far as they arrive.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="sender">Says who sent it, so that the sender knows its own.</param>
    /// <param name="message">The message; the channel does not look into it.</param>
    /// <param name="cancellation">Gives up; it may be sent all the same.</param>
    /// <exception cref="BackplaneUnavailableException">The channel cannot be reached.</exception>
    ValueTask PublishStatelessAsync(DocumentName document, ulong sender, ReadOnlyMemory<byte> message,
        CancellationToken cancellation);
}

/// <summary>What a channel calls. Calls for one document come one at a time, on a thread of the backplane or of a
/// socket loop, or, in process, from within a call to the log or the channel on its caller's thread, before or after
/// that call's own answer: an implementation only enqueues. Where nodes have links, presence and applications' messages
/// may come from a link at the same moment. What it throws is logged and harms no other listener.</summary>
public interface IChannelListener
{
    /// <summary>
    /// Offers an entry that this node appended, before its payload is read from the log or handed over. The default
    /// takes none.
    /// </summary>
    /// <param name="head">The entry; its payload is not to be relied on.</param>
    /// <returns>
    /// Whether the listener needs no <see cref="OnEntry"/> for it: it has the entry, or it has made the entry and has
    /// taken its place in the order of calls from this one.
    /// </returns>
    bool TryTakeOwn(in LoggedEntry head) => false;

    /// <summary>An entry is in the log. Its payload may be kept.</summary>
    void OnEntry(in LoggedEntry entry);

    /// <summary>What another node (<see cref="ChannelNode"/>) tells about presence. The content may be kept.</summary>
    void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content);

    /// <summary>An application's own message, of some node, this one included. It may be kept.</summary>
    void OnStateless(ulong sender, ReadOnlyMemory<byte> message);

    /// <summary>
    /// A checkpoint named this entry, which the log held at that moment, as covered by a stored snapshot.
    /// </summary>
    void OnSaved(Position position);

    /// <summary>
    /// Delivery may have been interrupted: whatever was appended meanwhile must be read from the log.
    /// </summary>
    void OnInterrupted();
}
