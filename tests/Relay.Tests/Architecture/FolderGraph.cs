using System.Text.RegularExpressions;

namespace Relay.Architecture;

/// <summary>
/// Which folders of a room refer to which: by the names of types, which are the names of files, and by using lines for
/// a namespace that only one folder has, because extension methods are used without the name of their type.
/// </summary>
internal sealed partial class FolderGraph
{
    private readonly SortedDictionary<string, SortedSet<string>> uses = new(StringComparer.Ordinal);

    /// <param name="files">Pairs of a folder and the text of a file in it, by the file's path.</param>
    public FolderGraph(IReadOnlyDictionary<string, (string Folder, string Text)> files)
    {
        var types = files
            .Where(file => !Path.GetFileNameWithoutExtension(file.Key).Contains('.', StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file.Key), file => file.Value.Folder);
        var spaces = files.Values
            .Select(file => (Space: Namespace().Match(file.Text).Groups[1].Value, file.Folder))
            .Distinct()
            .GroupBy(file => file.Space)
            .Where(space => space.Count() == 1)
            .ToDictionary(space => space.Key, space => space.Single().Folder);
        foreach (var (folder, text) in files.Values)
        {
            if (!uses.TryGetValue(folder, out var used))
            {
                uses.Add(folder, used = new SortedSet<string>(StringComparer.Ordinal));
            }

            var code = Comment().Replace(text, "");
            used.UnionWith(Identifier().Matches(code).Select(name => types.GetValueOrDefault(name.Value, folder)));
            used.UnionWith(Using().Matches(code).Select(
                line => spaces.GetValueOrDefault(line.Groups[1].Value, folder)));
            used.Remove(folder);
        }
    }

    /// <summary>The folders.</summary>
    public IEnumerable<string> Folders => uses.Keys;

    /// <summary>The folders that this one refers to.</summary>
    public IEnumerable<string> UsedBy(string folder) => uses[folder];

    /// <summary>A circle of folders, as a sentence; null if there is none.</summary>
    public string? FindCircle()
    {
        var done = new HashSet<string>();
        return uses.Keys.Select(folder => FindCircle(folder, [], done)).FirstOrDefault(circle => circle is not null);
    }

    /// <summary>The folders below a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="areWhole">Whether a folder is one with those in it.</param>
    public static FolderGraph Of(string directory, bool areWhole)
    {
        var files = Directory.GetFiles(directory, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Built().IsMatch(Path.GetRelativePath(directory, file)));
        return new FolderGraph(files.ToDictionary(
            file => file, file => (FolderOf(directory, file, areWhole), File.ReadAllText(file))));
    }

    private static string FolderOf(string directory, string file, bool isWhole)
    {
        var folder = Path.GetRelativePath(directory, Path.GetDirectoryName(file)!);
        return isWhole ? folder.Split(Path.DirectorySeparatorChar)[0] : folder;
    }

    private string? FindCircle(string folder, List<string> path, HashSet<string> done)
    {
        if (path.Contains(folder))
        {
            return $"A circle: {string.Join(" → ", path)} → {folder}";
        }

        if (done.Contains(folder))
        {
            return null;
        }

        path.Add(folder);
        var circle = uses[folder]
            .Select(next => FindCircle(next, path, done))
            .FirstOrDefault(found => found is not null);
        path.RemoveAt(path.Count - 1);
        done.Add(folder);
        return circle;
    }

    /// <summary>A name that is not a member of another one.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"(^|[\\/])(bin|obj)[\\/]")]
    private static partial Regex Built();
}
