using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The channels of documents through Redis. What is published here is stored nowhere: a message that is lost stays
/// lost, and listeners hear that one may have been.
/// </summary>
internal sealed class RedisDocumentChannel(
    RedisConnection connection, RedisKeys keys, RedisSubscriptions subscriptions, ulong node) : IHolderChannel
{
    /// <inheritdoc />
    public ValueTask<IAsyncDisposable> SubscribeAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        return subscriptions.JoinAsync(document, listener, cancellation);
    }

    /// <inheritdoc />
    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        PublishAwarenessAsync(document, kind, content, default, cancellation);

    /// <inheritdoc />
    public ValueTask PublishHolderAsync(
        DocumentName document,
        AwarenessKind kind,
        DocumentHolder holder,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation) =>
        PublishAwarenessAsync(document, kind, content, HolderField.Of(holder), cancellation);

    /// <inheritdoc />
    public async ValueTask PublishStatelessAsync(DocumentName document, ulong sender, ReadOnlyMemory<byte> message,
        CancellationToken cancellation)
    {
        var channel = RedisChannels.Name(keys.Of(document).ChannelName);
        cancellation.ThrowIfCancellationRequested();
        var envelope = RedisEnvelope.Stateless(node, sender, message.Span);
        await connection.CallAsync(redis => redis.GetDatabase().PublishAsync(channel, envelope), cancellation);
    }

    private async ValueTask PublishAwarenessAsync(
        DocumentName document,
        AwarenessKind kind,
        ReadOnlyMemory<byte> content,
        OptionalFields fields,
        CancellationToken cancellation)
    {
        var channel = RedisChannels.Name(keys.Of(document).ChannelName);
        cancellation.ThrowIfCancellationRequested();
        var message = RedisEnvelope.Awareness(node, kind, content.Span, fields);
        await connection.CallAsync(redis => redis.GetDatabase().PublishAsync(channel, message), cancellation);
    }
}
