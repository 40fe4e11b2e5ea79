using System.Security.Cryptography.X509Certificates;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>Where room metadata is kept, and how.</summary>
public sealed record PostgresMetadataOptions
{
    /// <summary>An Npgsql connection string.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>
    /// The authorities that the server's certificate must come from; null for those that the system knows.
    /// </summary>
    public X509Certificate2Collection? RootCertificates { get; init; }

    /// <summary>Where other nodes reach this one, or any text that tells it from others.</summary>
    public required string Address { get; init; }

    /// <summary>Different at each start.</summary>
    public required string Incarnation { get; init; }

    /// <summary>How long rows of single connections are kept, at least; hourly figures stay.</summary>
    public required TimeSpan KeepConnections { get; init; }

    /// <summary>How long one call may take. Default: 10 s: a call that takes longer is tried again.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A node that has not written for so long is taken for dead. Default: 20 s, ten times what lies between two
    /// batches.
    /// </summary>
    public TimeSpan NodeExpiry { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Who writes, without the connection string, which holds a password.</summary>
    public override string ToString() => Address;
}
