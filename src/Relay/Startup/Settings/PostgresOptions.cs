using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Relay.Startup;

/// <summary>Where metadata of rooms is kept.</summary>
internal sealed record PostgresOptions
{
    /// <summary>
    /// <c>Postgres:ConnectionString</c>: an Npgsql connection string. Absent: a node that is alone keeps the metadata
    /// in a file under <c>FileStore:Path</c>, and nodes that Redis joins keep none.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>
    /// <c>Postgres:RootCertificates</c>: PEM text, or the path of a file with it: the authorities from which the
    /// server's certificate must come, for instance those of RDS. Needs <c>SSL Mode=VerifyFull</c> (or
    /// <c>VerifyCA</c>) in the connection string, without which nothing would be checked. Default: those that the
    /// system knows.
    /// </summary>
    public X509Certificate2Collection? RootCertificates { get; init; }

    /// <summary>
    /// <c>Postgres:KeepConnections</c>: how long rows of single connections are kept, at least, in Postgres or in the
    /// file; they are dropped by whole days, and hourly figures stay. Default: 30 days.
    /// </summary>
    public TimeSpan KeepConnections { get; init; } = TimeSpan.FromDays(30);

    public static PostgresOptions Read(SettingsReader reader)
    {
        var text = reader.Text("Postgres:ConnectionString");
        if (text is not null)
        {
            try
            {
                if (string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host))
                {
                    reader.Refuse("Relay:Postgres:ConnectionString names no server: it must have a Host.");
                }
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException
                or OverflowException)
            {
                // Not its words: they may repeat a password.
                reader.Refuse(
                    "Relay:Postgres:ConnectionString does not read as a connection string, as in "
                        + "Host=…;Database=…;Username=…;Password=….");
            }
        }

        var authorities = reader.Companion("Postgres:RootCertificates", "Postgres:ConnectionString", text);
        return new PostgresOptions
        {
            ConnectionString = text,
            RootCertificates = authorities is null || text is null ? null : ReadAuthorities(reader, authorities, text),
            KeepConnections = reader.Time(
                "Postgres:KeepConnections", TimeSpan.FromDays(30), TimeSpan.FromDays(1), TimeSpan.FromDays(3650)),
        };
    }

    private static X509Certificate2Collection? ReadAuthorities(SettingsReader reader, string setting, string connection)
    {
        if (!ChecksCertificate(connection))
        {
            reader.Refuse(
                "Relay:Postgres:RootCertificates has no meaning without SSL Mode=VerifyFull in "
                + "Relay:Postgres:ConnectionString: no certificate is checked.");
        }

        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(
                setting.Contains("-----BEGIN", StringComparison.Ordinal) ? setting : File.ReadAllText(setting));
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

        reader.Refuse(
            "Relay:Postgres:RootCertificates must be certificates as PEM text, or the path of a file with them that "
            + "can be read.");
        return null;
    }

    private static bool ChecksCertificate(string connection)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connection).SslMode is SslMode.VerifyFull or SslMode.VerifyCA;
        }
        catch (Exception exception) when (
            exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // It is refused for itself.
            return true;
        }
    }

    /// <summary>The server and the database, without user and password.</summary>
    public string Place() =>
        new NpgsqlConnectionStringBuilder(ConnectionString) is var text
        ? $"{text.Host}:{text.Port}/{text.Database}"
        : "";

    public override string ToString() => ConnectionString is null ? "" : Place();
}
