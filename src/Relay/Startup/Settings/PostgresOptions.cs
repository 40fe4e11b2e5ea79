using Npgsql;

namespace Relay.Startup;

/// <summary>Where metadata of rooms is kept.</summary>
internal sealed record PostgresOptions
{
    /// <summary>
    /// <c>Postgres:ConnectionString</c>: an Npgsql connection string. Absent: a node that is alone keeps the metadata
    /// in a
    /// file under <c>FileStore:Path</c>, and nodes that Redis joins keep none.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>
    /// <c>Postgres:KeepConnections</c>: how long rows of single connections are kept, at least, in Postgres or in the
    /// file;
    /// they are dropped by whole days, and hourly figures stay. Default: 30 days.
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
            catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
            {
                // Not its words: they may repeat a password.
                reader.Refuse("Relay:Postgres:ConnectionString does not read as a connection string, as in Host=…;Database=…;Username=…;Password=….");
            }
        }

        return new PostgresOptions { ConnectionString = text, KeepConnections = reader.Time("Postgres:KeepConnections", TimeSpan.FromDays(30), TimeSpan.FromDays(1), TimeSpan.FromDays(3650)) };
    }

    /// <summary>The server and the database, without user and password.</summary>
    public string Place() => new NpgsqlConnectionStringBuilder(ConnectionString) is var text ? $"{text.Host}:{text.Port}/{text.Database}" : "";

    public override string ToString() => ConnectionString is null ? "" : Place();
}
