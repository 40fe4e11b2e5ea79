using System.CommandLine;

namespace Relay.Startup;

/// <summary>
/// Settings among the arguments: <c>--Relay:Limits:MaxConnections VALUE</c>, or with an equals sign, and those of
/// ASP.NET Core's host, which have no colon.
/// </summary>
internal static class SettingArguments
{
    public const string Urls = "--urls";

    /// <summary>The settings of the host, each with what its value is and what it means.</summary>
    private static readonly (string Name, string Value, string Description)[] Host =
    [
        (Urls, "URLS", "Where to listen, separated by semicolons"),
        ("--http_ports", "PORTS", "Ports to listen on instead, at every address"),
        ("--https_ports", "PORTS", "The same with TLS"),
        ("--environment", "NAME", "Development, Production …"),
        ("--contentRoot", "PATH", "The directory of appsettings.json and pages"),
        ("--AllowedHosts", "HOSTS", "ASP.NET Core's own filter of host names"),
    ];

    /// <summary>
    /// Makes one argument of each setting and its value, so that no value is taken for a command or an option.
    /// </summary>
    /// <returns>The arguments, and the setting at the end that has no value; null when there is none.</returns>
    public static (string[] Joined, string? Lacking) Join(IReadOnlyList<string> arguments)
    {
        var joined = new List<string>(arguments.Count);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!Is(arguments[i]) || arguments[i].Contains('='))
            {
                joined.Add(arguments[i]);
            }
            else if (i + 1 < arguments.Count)
            {
                joined.Add($"{arguments[i]}={arguments[++i]}");
            }
            else
            {
                return ([.. joined], arguments[i]);
            }
        }

        return ([.. joined], null);
    }

    /// <summary>Whether an argument is a setting.</summary>
    public static bool Is(string argument)
    {
        var name = Name(argument);
        return name.StartsWith("--", StringComparison.Ordinal)
            && (name.Contains(':') || Host.Any(setting => setting.Name == name));
    }

    /// <summary>The options that stand for the settings of the host.</summary>
    public static IEnumerable<Option<string>> Options() => Host.Select(setting => new Option<string>(setting.Name)
    {
        HelpName = setting.Value,
        Description = setting.Description,
        Recursive = true,
    });

    /// <summary>
    /// Why the arguments that no option took are not all settings, of a command that needs some; null when they are.
    /// Repeats no value.
    /// </summary>
    public static string? Problem(ParseResult parsed)
    {
        var takesSettings = !parsed.CommandResult.Command.TreatUnmatchedTokensAsErrors;
        var other = parsed.UnmatchedTokens.FirstOrDefault(argument => !(takesSettings && Is(argument)));
        return other is null ? null : $"{Name(other)} is no option.";
    }

    /// <summary>All settings among the arguments, as ASP.NET Core reads them.</summary>
    public static string[] Of(ParseResult parsed) =>
    [
        .. parsed.UnmatchedTokens,
        .. Host
            .Where(setting => parsed.GetResult(setting.Name) is not null)
            .Select(setting => $"{setting.Name}={parsed.GetValue<string>(setting.Name)}"),
    ];

    private static string Name(string argument) => argument.Split('=')[0];
}
