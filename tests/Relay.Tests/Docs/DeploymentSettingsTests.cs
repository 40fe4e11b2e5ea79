using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Relay.Architecture;
using Relay.Startup;

namespace Relay.Docs;

/// <summary>What is written down about settings, in files that no compiler reads.</summary>
public sealed partial class DeploymentSettingsTests
{
    public static TheoryData<string> Files()
    {
        string[] files =
        [
            "Dockerfile", "docker-compose.yml", "README.md", "CONTRIBUTING.md",
            .. Under("docs", "*.md"), .. Under("infra", "*.tf"), .. Under("infra", "*.hcl"), .. Under("infra", "*.yml"),
                .. Under(Path.Combine(".github", "workflows"), "*.yml"),
        ];
        return [.. files];
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_setting_that_is_written_down_is_one_that_nodes_know(string file)
    {
        var settings = Written().Matches(File.ReadAllText(Path.Combine(House.Root, file)))
            .Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Empty(Unknown(settings));
    }

    [Fact]
    public void Sentences_of_the_node_name_settings_that_it_knows()
    {
        var named = Under("src", "*.cs")
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
            .SelectMany(file => Written().Matches(File.ReadAllText(Path.Combine(House.Root, file))))
            .Select(match => match.Value)
            .Distinct()
            .ToList();
        Assert.Contains("Relay:Redis:Configuration", named);
        Assert.Empty(Unknown(named));
    }

    [Fact]
    public void Files_that_set_something_are_among_those_that_are_looked_at()
    {
        Assert.All(
            ["docker-compose.yml", Path.Combine("infra", "terraform", "main.tf"), Path.Combine("docs", "deploy.md")],
            file => Assert.Contains(Written().Matches(File.ReadAllText(Path.Combine(House.Root, file))),
                match => match.Value == "Relay__Redis__Configuration"));
        Assert.Equal(["Relay:Redis:Configuraton"], Unknown(["Relay:Redis:Configuraton", "Relay:Redis:Configuration"]));
    }

    private static IReadOnlyList<string> Unknown(IReadOnlyCollection<string> settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting, (string?)"x"))).Build();
        try
        {
            RelaySettings.Read(configuration, isDevelopment: true);
            return [];
        }
        catch (SettingsException refused)
        {
            return [.. settings.Where(
                setting => refused.Message.Contains($"{setting} is not a setting of this version.",
                    StringComparison.Ordinal))];
        }
    }

    /// <summary>As in the environment, and as on the command line.</summary>
    [GeneratedRegex("(?<![A-Za-z])Relay(__[A-Za-z0-9]+(__[A-Za-z0-9]+)+|:[A-Z][A-Za-z0-9]+(:[A-Z][A-Za-z0-9]+)+)")]
    private static partial Regex Written();

    private static IEnumerable<string> Under(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(House.Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(House.Root, file))
            .Where(file => !file.Contains(".terraform", StringComparison.Ordinal));
}
