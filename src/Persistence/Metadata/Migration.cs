using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Persistence.Metadata;

/// <summary>
/// One step of the tables' history: a file <c>NNNN_name.sql</c> that never changes once it was published.
/// </summary>
/// <param name="Version">Its number; steps are numbered 1, 2, 3 … without holes.</param>
/// <param name="Name">Its name.</param>
/// <param name="Sql">What is run.</param>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, in hexadecimal.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>All steps of one database that this version knows, in their order.</summary>
    /// <param name="folder">The folder of <c>Migrations/</c> under this one.</param>
    public static IReadOnlyList<Migration> ReadAll(string folder)
    {
        var (assembly, prefix) = (typeof(Migration).Assembly, $"{typeof(Migration).Namespace}.{folder}.Migrations.");
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
                .Select(resource => (
                    Name: Path.GetFileNameWithoutExtension(resource[prefix.Length..]), Sql: EmbeddedSql.Read(resource)))
                .Select(file => new Migration(int.Parse(
                    file.Name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), file.Name, file.Sql))
                .OrderBy(migration => migration.Version),
        ];
    }

    /// <summary>Whether this version can work with tables that took these steps; more steps may still be due.</summary>
    /// <param name="known">The steps of this version.</param>
    /// <param name="applied">Those that the database took, in their order.</param>
    public static SchemaOutcome Compare(
        IReadOnlyList<Migration> known, IReadOnlyList<(int Version, string Checksum)> applied) =>
        applied.Count > known.Count ? SchemaOutcome.Newer
        : applied.Where(
            (step, index) => step != (known[index].Version, known[index].Checksum)).Any() ? SchemaOutcome.Foreign
        : SchemaOutcome.Ready;
}
