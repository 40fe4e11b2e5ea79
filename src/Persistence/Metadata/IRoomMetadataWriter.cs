namespace Relay.Persistence.Metadata;

/// <summary>
/// The writing side of <see cref="IRoomMetadata"/>: the batches of one node, one call at a time. Not thread-safe.
/// </summary>
/// <remarks>
/// Every call throws <see cref="RoomMetadataUnavailableException"/> when the store cannot be used now, or does not
/// answer in
/// time; whether the call was carried out is unknown then, and the same call is made again later. Every call throws
/// <see cref="RoomMetadataUnusableException"/> when the store is of no use to this process, now and later.
/// </remarks>
public interface IRoomMetadataWriter : IAsyncDisposable
{
    /// <summary>What people call the store, as part of a sentence: "Postgres".</summary>
    string StoreName { get; }

    /// <summary>
    /// Makes the tables, or brings them up to date, and adds this start of this node. Tables that do not fit stay
    /// as they are.
    /// </summary>
    /// <exception cref="RoomMetadataRefusedException">The store refuses this node: the settings are wrong.</exception>
    Task<SchemaOutcome> PrepareAsync(CancellationToken cancellation);

    /// <summary>Writes a batch: wholly or not at all, and once however often this is called with it.</summary>
    /// <exception cref="RoomMetadataRefusedException">The batch was not written and never will be.</exception>
    Task<BatchOutcome> WriteAsync(MetadataBatch batch, CancellationToken cancellation);

    /// <summary>
    /// Closes what dead nodes have left open. Returns the number of nodes that were not known to be dead before.
    /// </summary>
    Task<long> BuryDeadNodesAsync(CancellationToken cancellation);

    /// <summary>
    /// Drops the single connections of days that are old enough; hourly figures stay. Returns the number of days.
    /// </summary>
    Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Notes that this node stops, and closes what is still open on it.</summary>
    Task EndAsync(CancellationToken cancellation);
}
