namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>Where a node that is alone keeps the metadata of rooms, and how.</summary>
public sealed record SqliteMetadataOptions
{
    /// <summary>
    /// The file, in a directory that belongs to this process alone. It is made if it is not there; SQLite keeps
    /// <c>-wal</c> and <c>-shm</c> beside it while it is open.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Where the node is reached, or any text that tells it from others.</summary>
    public required string Address { get; init; }

    /// <summary>Different at each start.</summary>
    public required string Incarnation { get; init; }

    /// <summary>
    /// How long rows of single connections are kept, at least; hourly figures stay.
    /// </summary>
    public required TimeSpan KeepConnections { get; init; }

    /// <summary>How long one call may take. Default: 10 s: a call that takes longer is tried again.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a node whose connections do nothing writes that it lives. Default: 1 min: if the node is killed, their
    /// ends are so much too early at the most. A node without connections writes nothing.
    /// </summary>
    public TimeSpan LifeSign { get; init; } = TimeSpan.FromMinutes(1);
}
