namespace Relay.Yjs.Judge;

/// <summary>A test that needs Node: skipped where there is none, except in CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    private static readonly bool NodeIsThere = FindNode();

    public NodeFactAttribute()
    {
        if (!NodeIsThere && !TestSettings.IsCi)
        {
            Skip = "Node is not on the PATH.";
        }
    }

    private static bool FindNode()
    {
        var names = OperatingSystem.IsWindows() ? new[] { "node.exe" } : ["node"];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => names.Any(name => File.Exists(Path.Combine(folder, name))));
    }
}
