using System.Text.RegularExpressions;

namespace Relay.Backplane.Files;

/// <summary>What holds for the parts of the file log: folders refer to each other one way, and no part grows.</summary>
public sealed partial class FileLogFoldersTests
{
    private const int MostLines = 300;

    /// <summary>As the table of <c>docs/architecture.md</c> has them: each refers only to those before it.</summary>
    private static readonly string[] Folders =
        ["Segments", "Index", "Jobs", "Damage", "Start", "Tail", "Upkeep", "Reading", "Writing", "Salvage"];

    private static readonly string House = FindHouse();
    private static readonly string Root = Path.Combine(House, "src", "Backplane", "Files");

    [Fact]
    public void Folders_refer_only_to_those_before_them()
    {
        Assert.Equal(Folders.Order(), Directory.GetDirectories(Root).Select(Path.GetFileName).Order());
        var homes = Folders.SelectMany(Files).Where(file => !IsLog(file))
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), FolderOf);
        foreach (var file in Folders.SelectMany(Files))
        {
            foreach (Match name in Identifier().Matches(Comment().Replace(File.ReadAllText(file), "")))
            {
                Assert.True(
                    !homes.TryGetValue(name.Value, out var home) || Rank(home) <= Rank(FolderOf(file)),
                    $"{file} refers to {name.Value}");
            }
        }

        static int Rank(string folder) => Array.IndexOf(Folders, folder);
    }

    [Fact]
    public void Files_are_short_and_only_those_of_log_messages_are_parts_of_a_class()
    {
        foreach (var file in Directory.GetFiles(Root, "*.cs", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            Assert.True(IsLog(file) || !name.Contains('.', StringComparison.Ordinal), $"{file} is part of a class.");
            Assert.True(File.ReadAllLines(file).Length <= MostLines, $"{file} is too long.");
        }
    }

    [Fact]
    public void Every_folder_stands_in_the_table_of_the_architecture_in_this_order()
    {
        var page = File.ReadAllText(Path.Combine(House, "docs", "architecture.md"));
        var places = Array.ConvertAll(Folders,
            folder => page.IndexOf($"| `Files/{folder}` |", StringComparison.Ordinal));

        Assert.All(places, place => Assert.True(place > 0));
        Assert.Equal(places.Order(), places);
    }

    private static bool IsLog(string file) => file.EndsWith(".Log.cs", StringComparison.Ordinal);

    private static string FolderOf(string file) => Path.GetFileName(Path.GetDirectoryName(file))!;

    private static string[] Files(string folder) => Directory.GetFiles(Path.Combine(Root, folder), "*.cs");

    private static string FindHouse()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Relay.sln")))
        {
            at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("The sources are not there.");
        }

        return at;
    }

    /// <summary>A name that is not a member of another one.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();
}
