using System.Text.RegularExpressions;

namespace Relay.Architecture;

/// <summary>
/// The rooms and which of them a room may refer to: Relay → Server → {Sessions, Sockets} → {Backplane, DocLocator,
/// Persistence} → Yjs, of which sockets refer to none.
/// </summary>
internal static partial class House
{
    private static readonly string[] Stores = ["Backplane", "DocLocator", "Persistence", "Yjs"];

    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All rooms.</summary>
    public static IReadOnlyList<Room> Rooms { get; } =
    [
        new("Yjs", ["src/Yjs"], []),
        new("Backplane", ["src/Backplane"], ["Yjs"]),
        new("DocLocator", ["src/DocLocator"], ["Yjs"]),
        new("Persistence", ["src/Persistence"], ["Yjs"]),
        new("Sessions", ["src/Sessions"], Stores),
        new("Sockets", ["src/Sockets"], []),
        new("Server", ["src/Server"], [.. Stores, "Sessions", "Sockets"]),
        new("Relay", ["src/Relay"], [.. Stores, "Sessions", "Sockets", "Server"]),
    ];

    /// <summary>The room that a file is in.</summary>
    /// <param name="path">From <see cref="Root"/> on, with slashes.</param>
    public static Room Of(string path) =>
        Rooms.MaxBy(room => room.Holds(path)) is { } room && room.Holds(path) > 0
            ? room
            : throw new InvalidOperationException($"{path} is in no room.");

    /// <summary>All C# files of the projects.</summary>
    public static IEnumerable<SourceFile> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Built().IsMatch(file))
            .Select(file => new SourceFile(
                Path.GetRelativePath(Root, file).Replace('\\', '/'), File.ReadAllText(file)));

    /// <summary>All project files.</summary>
    public static IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);

    /// <summary>What of a file's references its room does not allow, a sentence each.</summary>
    public static IEnumerable<string> Breaches(SourceFile file, IReadOnlyDictionary<string, Room> homes)
    {
        var room = Of(file.Path);
        var types = file.References(homes.ContainsKey)
            .Where(type => !MayReferTo(room, homes[type]))
            .Select(type => $"{file.Path} ({room.Name}) refers to {type} ({homes[type].Name}).");

        // A using line may be there for an extension method alone.
        var spaces = file.Usings
            .Where(used => homes.Any(home => IsIn(home.Key, used))
                && !homes.Any(home => IsIn(home.Key, used) && MayReferTo(room, home.Value)))
            .Select(used => $"{file.Path} ({room.Name}) uses {used}.");
        return types.Concat(spaces);
    }

    private static bool MayReferTo(Room room, Room other) => other == room || room.MayReferTo.Contains(other.Name);

    private static bool IsIn(string type, string space) =>
        type.LastIndexOf('.') == space.Length && type.StartsWith(space, StringComparison.Ordinal);

    private static string FindRoot()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Relay.sln")))
        {
            at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("There is no Relay.sln above.");
        }

        return at;
    }

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();
}
