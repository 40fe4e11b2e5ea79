using System.Reflection;
using System.Text.RegularExpressions;
using Relay.Architecture;

namespace Relay.Sessions;

/// <summary>
/// What holds for the folders of sessions: they form no circle, and no part grows beyond what one can read.
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

    [Fact]
    public void Folders_refer_to_each_other_one_way()
    {
        var folders = Folders();
        var done = new HashSet<string>();
        foreach (var folder in folders.Keys)
        {
            Walk(folder, [], folders, done);
        }

        Assert.Contains("Following", done);
    }

    /// <summary>What is stored of documents is put together below sessions: parts use it, and it uses none.</summary>
    [Fact]
    public void Stored_documents_refer_to_no_part() => Assert.Empty(Folders()["StoredDocuments"].Intersect(Parts));

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

    private static void Walk(
        string folder, List<string> path, Dictionary<string, HashSet<string>> folders, HashSet<string> done)
    {
        Assert.False(path.Contains(folder), $"A circle: {string.Join(" → ", path)} → {folder}");
        if (done.Contains(folder))
        {
            return;
        }

        path.Add(folder);
        foreach (var next in folders[folder])
        {
            Walk(next, path, folders, done);
        }

        path.RemoveAt(path.Count - 1);
        done.Add(folder);
    }

    /// <summary>The folders that each folder refers to, by the names of types, which are the names of files.</summary>
    private static Dictionary<string, HashSet<string>> Folders()
    {
        var homes = Files(Root)
            .Where(file => Path.GetFileNameWithoutExtension(file).IndexOf('.', StringComparison.Ordinal) < 0)
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), FolderOf);
        var folders = new Dictionary<string, HashSet<string>>();
        foreach (var file in Files(Root))
        {
            var folder = FolderOf(file);
            if (!folders.TryGetValue(folder, out var uses))
            {
                folders.Add(folder, uses = []);
            }

            foreach (Match name in Identifier().Matches(Comment().Replace(File.ReadAllText(file), "")))
            {
                if (homes.TryGetValue(name.Value, out var home) && home != folder)
                {
                    uses.Add(home);
                }
            }
        }

        return folders;
    }

    private static string FolderOf(string file) => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!);

    /// <summary>The files of a folder and those in it, without what a build leaves there.</summary>
    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Built().IsMatch(file))];

    /// <summary>A name that is not a member of another one.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();
}
