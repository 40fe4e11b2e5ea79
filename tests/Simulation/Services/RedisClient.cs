using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One process's way to the log and the channels.</summary>
internal sealed class RedisClient(Process process, World world) : IDocumentLog, IHolderChannel
{
    /// <summary>One that is on its way when another server takes over goes with its connection.</summary>
    public ValueTask<AppendResult> AppendAsync(DocumentName document, long epoch, LogEntry entry,
        CancellationToken cancellation)
    {
        var redis = world.Of(document).Redis;
        var server = redis.Generation;
        var written = world.Upgrade?.Written(process, entry) ?? entry;
        return Call(
            redis,
            () => server == redis.Generation
                ? redis.Append(process, epoch, written)
                : throw new BackplaneUnavailableException("The connection is lost."),
            cancellation,
            "append",
            mayBeLate: true,
            holds: true);
    }

    public ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation)
    {
        var redis = world.Of(document).Redis;
        var server = redis.Generation;
        var written = world.Upgrade?.Written(process, entry) ?? entry;
        return Call(
            redis,
            () => server == redis.Generation
                ? redis.Replace(process, epoch, end, written)
                : throw new BackplaneUnavailableException("The connection is lost."),
            cancellation,
            "replacement of a log",
            holds: true);
    }

    /// <summary>An entry that replicas lack must not be shown: so a read waits for them, too.</summary>
    public ValueTask<LogReadResult> ReadAsync(DocumentName document, Position after, CancellationToken cancellation) =>
        Call(world.Of(document).Redis, () => Read(world.Of(document).Redis, after), cancellation, "read of a log",
            holds: true);

    public ValueTask CheckpointAsync(DocumentName document, Position saved, Position trimThrough,
        CancellationToken cancellation) =>
        new(Call(
            world.Of(document).Redis,
            () =>
            {
                world.Of(document).Redis.Checkpoint(process, saved, trimThrough);
                return true;
            },
            cancellation,
            "checkpoint").AsTask());

    public async ValueTask<IAsyncDisposable> SubscribeAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation)
    {
        // A call that failed, or was given up, leaves no subscription behind.
        var redis = world.Of(document).Redis;
        Channels.Subscription? subscription = null;
        var isGivenUp = false;
        try
        {
            return await Call(
                redis, () => isGivenUp ? null! : subscription = redis.Channels.Subscribe(process, listener),
                cancellation, "subscription");
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

    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        PublishHolderAsync(document, kind, null!, content, cancellation);

    public ValueTask PublishHolderAsync(
        DocumentName document,
        AwarenessKind kind,
        DocumentHolder holder,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation)
    {
        var bytes = content.ToArray();
        var redis = world.Of(document).Redis;
        return new ValueTask(Call(
            redis,
            () =>
            {
                redis.Channels.DeliverAwareness(process, kind, bytes, holder);
                return true;
            },
            cancellation,
            what: null).AsTask());
    }

    public ValueTask PublishStatelessAsync(DocumentName document, ulong sender, ReadOnlyMemory<byte> message,
        CancellationToken cancellation)
    {
        var bytes = message.ToArray();
        var redis = world.Of(document).Redis;
        return new ValueTask(Call(
            redis,
            () =>
            {
                redis.Channels.DeliverStateless(sender, bytes);
                return true;
            },
            cancellation,
            "message").AsTask());
    }

    private LogReadResult Read(Redis redis, Position after)
    {
        var stored = redis.Read(after);
        return world.Upgrade?.Read(process, stored) ?? stored;
    }

    private ValueTask<T> Call<T>(Redis redis, Func<T> effect, CancellationToken cancellation, string? what,
        bool mayBeLate = false, bool holds = false) =>
        world.Calls.Make(
            process,
            world.RedisService,
            effect,
            () => new BackplaneUnavailableException("The connection is lost."),
            cancellation,
            holds && redis.WaitsForReplicas ? answer => redis.WhenReplicated(redis.Version, answer) : null,
            mayBeLate,
            what);
}
