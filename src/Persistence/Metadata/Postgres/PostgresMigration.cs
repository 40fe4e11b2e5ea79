using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>One step of the tables' history: a file <c>NNNN_name.sql</c> that never changes once it was published.</summary>
/// <param name="Version">Its number; steps are numbered 1, 2, 3 … without holes.</param>
/// <param name="Name">Its name.</param>
/// <param name="Sql">What is run.</param>
internal sealed record PostgresMigration(int Version, string Name, string Sql)
{
    private const string Prefix = "Relay.Persistence.Metadata.Postgres.Migrations.";

    /// <summary>All steps that this version knows, in their order.</summary>
    public static IReadOnlyList<PostgresMigration> All { get; } = [.. Read().OrderBy(migration => migration.Version)];

    /// <summary>SHA-256 of the text, in hexadecimal.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    private static IEnumerable<PostgresMigration> Read()
    {
        var assembly = typeof(PostgresMigration).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var name = Path.GetFileNameWithoutExtension(resource[Prefix.Length..]);
            yield return new PostgresMigration(int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, ReadText(assembly, resource));
        }
    }

    private static string ReadText(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);

        // A checkout may have changed the line ends.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
