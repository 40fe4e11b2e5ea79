using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Relay.Startup;

/// <summary>Where metadata of documents is kept.</summary>
internal sealed class PostgresOptions
{
    private X509Certificate2Collection? authorities;
    /// <summary>
    /// An Npgsql connection string. Absent: a node that is alone keeps the metadata in a file under
    /// <see cref="FileStoreOptions.Path"/>, and nodes that Redis joins keep none.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// PEM text, or the path of a file with it: the authorities from which the server's certificate must come, for
    /// instance those of RDS. Needs <c>SSL Mode=VerifyFull</c> (or <c>VerifyCA</c>) in the connection string, without
    /// which no certificate would be checked. Default: those that the system knows.
    /// </summary>
    public string? RootCertificates { get; set; }

    /// <summary>
    /// How long rows of single connections are kept, at least, in Postgres or in the file; they are dropped by whole
    /// days, and hourly figures stay. Default: 30 days.
    /// </summary>
    public TimeSpan KeepConnections { get; set; } = TimeSpan.FromDays(30);

    /// <summary><see cref="RootCertificates"/>, read.</summary>
    internal X509Certificate2Collection? Authorities() => authorities;

    internal void Check(SettingsCheck check)
    {
        check.Text(ConnectionString);
        check.Companion(RootCertificates, ConnectionString);
        check.Time(KeepConnections, TimeSpan.FromDays(1), TimeSpan.FromDays(3650));
        if (ConnectionString is null)
        {
            return;
        }

        var connection = TryReadConnection();
        if (connection is null)
        {
            // Not its words: they may repeat a password.
            check.Refuse(
                $"{check.Key(ConnectionString)} does not read as a connection string, as in "
                + "Host=…;Database=…;Username=…;Password=….");
        }
        else if (string.IsNullOrEmpty(connection.Host))
        {
            check.Refuse($"{check.Key(ConnectionString)} names no server: it must have a Host.");
        }

        if (RootCertificates is not null)
        {
            if (connection is not (null or { SslMode: SslMode.VerifyFull or SslMode.VerifyCA }))
            {
                check.Refuse(
                    $"{check.Key(RootCertificates)} has no meaning without SSL Mode=VerifyFull in "
                    + $"{check.Key(ConnectionString)}: no certificate is checked.");
            }

            authorities = ReadAuthorities(check, RootCertificates);
        }
    }

    /// <summary>The server and the database, without user and password.</summary>
    internal string Place() =>
        new NpgsqlConnectionStringBuilder(ConnectionString) is var text
            ? $"{text.Host}:{text.Port}/{text.Database}" : "";

    private NpgsqlConnectionStringBuilder? TryReadConnection()
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(ConnectionString);
        }
        catch (Exception exception) when (
            exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return null;
        }
    }

    private X509Certificate2Collection? ReadAuthorities(SettingsCheck check, string text)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(
                text.Contains("-----BEGIN", StringComparison.Ordinal) ? text : File.ReadAllText(text));
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException
                or CryptographicException)
        {
            found.Clear();
        }

        if (found.Count > 0)
        {
            return found;
        }

        check.Refuse(
            $"{check.Key(RootCertificates)} must be certificates as PEM text, or the path of a file with them that "
            + "can be read.");
        return null;
    }
}
