namespace Relay.Persistence.Metadata;

/// <summary>The <c>.sql</c> files that are compiled into the assembly.</summary>
internal static class EmbeddedSql
{
    /// <param name="resource">The whole name, as in <c>Relay.Persistence.Metadata.Sqlite.Batch.merge.sql</c>.</param>
    public static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(EmbeddedSql).Assembly.GetManifestResourceStream(resource)!);

        // A checkout may have changed the line ends.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
