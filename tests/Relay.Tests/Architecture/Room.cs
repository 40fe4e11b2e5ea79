namespace Relay.Architecture;

/// <summary>
/// A room of the house: a project under <c>src</c>, or what becomes one and is a folder of another one until then.
/// </summary>
/// <param name="Name">The project's name.</param>
/// <param name="Folders">Where its files are.</param>
/// <param name="MayReferTo">The rooms below it.</param>
internal sealed record Room(string Name, IReadOnlyList<string> Folders, IReadOnlyList<string> MayReferTo)
{
    /// <summary>How long the longest of its folders is that holds the file; 0 if none does.</summary>
    public int Holds(string path) => Folders
        .Where(folder => path.StartsWith(folder + "/", StringComparison.Ordinal))
        .Select(folder => folder.Length)
        .DefaultIfEmpty()
        .Max();
}
