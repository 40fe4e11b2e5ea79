using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The channel of a node that is alone: delivery within the process, which neither loses nor interrupts, so
/// <see cref="IChannelListener.OnInterrupted"/> is never called.
/// </summary>
internal sealed partial class InProcessChannel(ILogger logger) : IDocumentChannel
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, ChannelQueue> queues = [];

    public ValueTask<IAsyncDisposable> SubscribeAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (!queues.TryGetValue(document, out var queue))
            {
                queue = new ChannelQueue(document, LogListenerFailed);
                queues.Add(document, queue);
            }

            queue.Add(listener);
        }

        return new ValueTask<IAsyncDisposable>(new ChannelSubscription(() =>
        {
            Unsubscribe(document, listener);
            return ValueTask.CompletedTask;
        }));
    }

    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        // There is no other node.
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }

    public ValueTask PublishStatelessAsync(DocumentName document, ulong sender, ReadOnlyMemory<byte> message,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Find(document) is { } queue)
        {
            queue.Deliver(ChannelEvent.OfStateless(sender, message.ToArray()));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Delivers an entry that is in the log. Calls for one document come in the log's order.</summary>
    public void PublishEntry(DocumentName document, in LoggedEntry entry) =>
        Find(document)?.Deliver(ChannelEvent.OfEntry(entry));

    /// <summary>Delivers that a stored snapshot covers an entry.</summary>
    public void PublishSaved(DocumentName document, Position position) =>
        Find(document)?.Deliver(ChannelEvent.OfSaved(position));

    private void Unsubscribe(DocumentName document, IChannelListener listener)
    {
        lock (gate)
        {
            if (queues.TryGetValue(document, out var queue))
            {
                queue.Remove(listener);
                if (queue.IsEmpty)
                {
                    queues.RemoveAndShrink(document);
                }
            }
        }
    }

    private ChannelQueue? Find(DocumentName document)
    {
        lock (gate)
        {
            return queues.GetValueOrDefault(document);
        }
    }

    [LoggerMessage(BackplaneEventId.ChannelListenerFailed, LogLevel.Error,
        "A listener of document {Document} failed; the others were served")]
    private partial void LogListenerFailed(Exception exception, DocumentName document);
}
