using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One process's way to the log and the channels.</summary>
internal sealed class RedisClient(Process process, Redis redis, Calls calls) : IDocumentLog, IDocumentChannel
{
    /// <summary>One that is on its way when another server takes over goes with its connection.</summary>
    public ValueTask<AppendResult> AppendAsync(DocumentName document, long epoch, LogEntry entry,
        CancellationToken cancellation)
    {
        var server = redis.Generation;
        return Call(
            () => server == redis.Generation
                ? redis.Append(process, epoch, entry)
                : throw new BackplaneUnavailableException("The connection is lost."),
            cancellation,
            mayBeLate: true,
            holds: true);
    }

    public ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation) =>
        throw new InvalidOperationException("No schedule deletes its document.");

    /// <summary>An entry that replicas lack must not be shown: so a read waits for them, too.</summary>
    public ValueTask<LogReadResult> ReadAsync(DocumentName document, Position after, CancellationToken cancellation) =>
        Call(() => redis.Read(after), cancellation, holds: true);

    public async ValueTask CheckpointAsync(DocumentName document, Position saved, Position trimThrough,
        CancellationToken cancellation) =>
        await Call(
            () =>
            {
                redis.Checkpoint(process, saved, trimThrough);
                return true;
            },
            cancellation);

    public async ValueTask<IAsyncDisposable> SubscribeAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation)
    {
        // A call that failed, or was given up, leaves no subscription behind.
        Channels.Subscription? subscription = null;
        var isGivenUp = false;
        try
        {
            return await Call(
                () => isGivenUp ? null! : subscription = redis.Channels.Subscribe(process, listener), cancellation);
        }
        catch
        {
            isGivenUp = true;
            if (subscription is not null)
            {
                redis.Channels.Remove(subscription);
            }

            throw;
        }
    }

    public async ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var bytes = content.ToArray();
        await Call(
            () =>
            {
                redis.Channels.DeliverAwareness(process, kind, bytes);
                return true;
            },
            cancellation);
    }

    public async ValueTask PublishStatelessAsync(DocumentName document, ulong sender, ReadOnlyMemory<byte> message,
        CancellationToken cancellation)
    {
        var bytes = message.ToArray();
        await Call(
            () =>
            {
                redis.Channels.DeliverStateless(sender, bytes);
                return true;
            },
            cancellation);
    }

    private ValueTask<T> Call<T>(Func<T> effect, CancellationToken cancellation, bool mayBeLate = false,
        bool holds = false) =>
        calls.Make(
            process,
            redis.Service,
            effect,
            () => new BackplaneUnavailableException("The connection is lost."),
            cancellation,
            holds && redis.WaitsForReplicas ? answer => redis.WhenReplicated(redis.Version, answer) : null,
            mayBeLate);
}
