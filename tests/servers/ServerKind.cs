namespace Relay.TestServers;

/// <summary>The servers that tests need.</summary>
public enum ServerKind
{
    /// <summary>dynalite, from npm.</summary>
    DynamoDb,

    /// <summary>PostgreSQL, from Debian.</summary>
    Postgres,

    /// <summary>redis-server, from Debian.</summary>
    Redis,

    /// <summary>Ceph's S3 gateway, from Debian.</summary>
    S3,
}
