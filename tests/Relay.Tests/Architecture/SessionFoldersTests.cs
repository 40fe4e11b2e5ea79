using System.Reflection;
using System.Text.RegularExpressions;
using Relay.Sessions;

namespace Relay.Architecture;

/// <summary>
/// What holds for the folders of sessions, which form no circle: no part grows beyond what one can read.
/// </summary>
public sealed partial class SessionFoldersTests
{
    private const int MostLines = 250;
    private const int MostColumns = 120;
    private const int MostFields = 12;

    private static readonly string Root =
        Path.Combine(House.Root, House.Rooms.Single(room => room.Name == "Sessions").Folders[0]);

    /// <summary>The folders of the parts that <c>docs/architecture.md</c> lists.</summary>
    private static readonly string[] Parts =
    [
        "Broadcasting", "Following", "Intake", "Lifecycle", "Listing", "Loading", "Outbox", "Presence", "Receipts",
        "Requests", "Saving", "Stateless",
    ];

    /// <summary>What is stored of documents is put together below sessions: parts use it, and it uses none.</summary>
    [Fact]
    public void Stored_documents_refer_to_no_part() =>
        Assert.Empty(FolderGraph.Of(Root, areWhole: false).UsedBy("StoredDocuments").Intersect(Parts));

    [Fact]
    public void Files_are_short_and_their_lines_too()
    {
        foreach (var file in Files(Root))
        {
            var lines = File.ReadAllLines(file);
            Assert.True(lines.Length <= MostLines, $"{file} has {lines.Length} lines.");
            var wide = Array.FindIndex(lines, line => line.Length > MostColumns);
            Assert.True(wide < 0, $"{file} has a long line: {wide + 1}.");
        }
    }

    [Fact]
    public void Parts_have_few_fields()
    {
        var names = Parts.SelectMany(part => Files(Path.Combine(Root, part))).Select(Path.GetFileNameWithoutExtension);
        foreach (var name in names.Where(name => !name!.EndsWith(".Log", StringComparison.Ordinal)))
        {
            var type = typeof(DocumentSession).Assembly.GetType($"Relay.Sessions.{name}", throwOnError: true)!;
            var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            Assert.True(type.IsEnum || fields.Length <= MostFields, $"{name} has {fields.Length} fields.");
        }
    }

    [Fact]
    public void Every_part_stands_in_the_table_of_the_architecture()
    {
        var page = File.ReadAllText(Path.Combine(House.Root, "docs", "architecture.md"));
        Assert.All(Parts, part => Assert.Contains($"| `Sessions/{part}` |", page));
    }

    /// <summary>The files of a folder and those in it, without what a build leaves there.</summary>
    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Built().IsMatch(file))];

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();
}
