namespace Relay.Persistence.Metadata.Postgres;

/// <summary>The statements under <c>Batch/</c>.</summary>
internal static class PostgresBatchSql
{
    /// <summary>Makes the tables into which a batch is copied.</summary>
    public static string Staging { get; } = Read("staging");

    /// <summary>Merges them into the others. Parameters: node, at, hour, connections, rooms, oldest.</summary>
    public static string Merge { get; } = Read("merge");

    /// <summary>Closes what dead nodes have left open. Parameter: expiry.</summary>
    public static string Bury { get; } = Read("bury");

    /// <summary>Closes what the node itself has left open. Parameter: node.</summary>
    public static string End { get; } = Read("end");

    private static string Read(string name) =>
        EmbeddedSql.Read($"{typeof(PostgresBatchSql).Namespace}.Batch.{name}.sql");
}
