using Relay.Persistence.Metadata;

namespace Relay.Doubles;

/// <summary>A store of document metadata that does what a test says.</summary>
internal sealed class StubMetadataWriter : IRoomMetadataWriter
{
    public string StoreName => "the store of the test";

    public SchemaOutcome Schema { get; init; } = SchemaOutcome.Ready;

    /// <summary>What writing a batch throws; null when it works.</summary>
    public volatile Exception? Fails;

    /// <summary>What preparing throws; null when it works.</summary>
    public Exception? FailsToPrepare { get; init; }

    public int Written;

    public Task<SchemaOutcome> PrepareAsync(CancellationToken cancellation) =>
        FailsToPrepare is { } failure ? Task.FromException<SchemaOutcome>(failure) : Task.FromResult(Schema);

    public Task<BatchOutcome> WriteAsync(MetadataBatch batch, CancellationToken cancellation)
    {
        if (Fails is { } failure)
        {
            return Task.FromException<BatchOutcome>(failure);
        }

        Interlocked.Increment(ref Written);
        return Task.FromResult(BatchOutcome.Written);
    }

    public Task<long> BuryDeadNodesAsync(CancellationToken cancellation) => Task.FromResult(0L);

    public Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation) => Task.FromResult(0);

    public Task EndAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
