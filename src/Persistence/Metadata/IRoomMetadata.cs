using Relay.Yjs;

namespace Relay.Persistence.Metadata;

/// <summary>
/// Metadata of documents and their connections, for people; written by all nodes every few seconds
/// (<see cref="IRoomMetadataWriter"/>), so it lags by that, and after a failure by more. Documents do not depend on it.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Every call throws <see cref="RoomMetadataUnavailableException"/> when the store cannot be asked,
/// <see cref="RoomMetadataUnusableException"/> when it is damaged, and <see cref="FormatException"/> for a cursor that
/// none of these methods gave.
/// </remarks>
public interface IRoomMetadata
{
    /// <summary>
    /// One page of documents. One that changes its place between two pages may come twice or not at all.
    /// </summary>
    Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation);

    /// <summary>
    /// One document and its hours from <paramref name="from"/> (inclusive) to <paramref name="to"/> (exclusive); null
    /// for one that was never used.
    /// </summary>
    Task<RoomHistory?> FindRoomAsync(DocumentName room, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellation);

    /// <summary>Connections of a document, the latest first; null for one that was never used.</summary>
    /// <param name="room">The document.</param>
    /// <param name="onlyOpen">Only those that are open now.</param>
    /// <param name="limit">The most of one page.</param>
    /// <param name="cursor">What the page before gave as its next one; null for the first page.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<ConnectionPage?> ListConnectionsAsync(DocumentName room, bool onlyOpen, int limit, string? cursor,
        CancellationToken cancellation);

    /// <summary>
    /// The hours of all documents together from <paramref name="from"/> (inclusive) to <paramref name="to"/>
    /// (exclusive), in their order; hours without a running node are left out.
    /// </summary>
    Task<IReadOnlyList<HourTotals>> TotalsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation);

    /// <summary>
    /// The nodes that run, and those that ended in the last 24 hours; those that started last come first.
    /// </summary>
    Task<IReadOnlyList<NodeFigures>> NodesAsync(CancellationToken cancellation);
}
