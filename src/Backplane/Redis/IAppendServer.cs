namespace Relay.Backplane;

/// <summary>Where <see cref="AppendBatcher"/> sends appends. Thread-safe.</summary>
internal interface IAppendServer
{
    /// <summary>
    /// Whether it is known that one call may have appends of all partitions. Otherwise each call is to have those of
    /// one.
    /// </summary>
    bool TakesAllPartitions { get; }

    /// <summary>
    /// How many calls with appends of all partitions are to be under way at once. The partitions are dealt out to them.
    /// </summary>
    int Lanes { get; }

    /// <summary>Stores entries in this order with one call. One that fails leaves the others as they are.</summary>
    /// <exception cref="PartitionsApartException">The appends are of several partitions, and the server does not take
    /// such calls. None was stored.</exception>
    /// <exception cref="BackplaneUnavailableException">Which were stored is not known.</exception>
    Task<StoredAppends> StoreAsync(IReadOnlyList<PendingAppend> appends);

    /// <summary>
    /// Completes when what was stored may be acknowledged, and was published: at once if no replica is waited for.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">It may not.</exception>
    Task ConfirmAsync(IReadOnlyList<PendingAppend> appends, StoredAppends stored);
}
