namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>The statements under <c>Batch/</c>.</summary>
internal static class SqliteBatchSql
{
    /// <summary>Makes the tables that take the rows of a batch, or empties them.</summary>
    public static string Staging { get; } = Read("staging");

    /// <summary>Merges them into the others. Parameters: node, hour, connections, rooms.</summary>
    public static string Merge { get; } = Read("merge");

    /// <summary>Ends what all other starts of the node have left open. Parameter: node.</summary>
    public static string Bury { get; } = Read("bury");

    /// <summary>Ends what the node itself has left open. Parameters: node, at.</summary>
    public static string End { get; } = Read("end");

    private static string Read(string name) => EmbeddedSql.Read($"{typeof(SqliteBatchSql).Namespace}.Batch.{name}.sql");
}
