using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>
/// The channels of a <see cref="MemoryBackplane"/> as one node has them: it does not hear its own presence.
/// </summary>
internal sealed class MemoryChannel(MemoryBackplane backplane, ulong node) : IDocumentChannel
{
    public ValueTask<IAsyncDisposable> SubscribeAsync(
        DocumentName document, IChannelListener listener, CancellationToken cancellation) =>
        backplane.SubscribeAsync(node, document, listener);

    public async ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await backplane.Publishing.PassAsync();
        backplane.DeliverAwareness(document, node, kind, content.ToArray());
    }

    public async ValueTask PublishStatelessAsync(
        DocumentName document, ulong sender, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        await backplane.Publishing.PassAsync();
        backplane.DeliverStateless(document, sender, message.ToArray());
    }
}
