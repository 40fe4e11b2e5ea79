namespace Relay.Health;

/// <summary>
/// The services that this node uses by its settings; the caller of a service records how the call went. No call is made
/// only to know the state.
/// </summary>
internal sealed record ServicesInUse
{
    /// <summary>The log and what joins nodes: Redis, or a file.</summary>
    public required ServiceHealth Log { get; init; }

    /// <summary>S3, or a directory.</summary>
    public required ServiceHealth Snapshots { get; init; }

    /// <summary>DynamoDB; null where the locator is in memory.</summary>
    public ServiceHealth? Locator { get; init; }

    /// <summary>Postgres, or an SQLite file; null where no metadata is kept.</summary>
    public ServiceHealth? Metadata { get; init; }

    public List<ServiceReport> Read() =>
        [.. new[] { Log, Snapshots, Locator, Metadata }.OfType<ServiceHealth>().Select(service => service.Read())];
}
