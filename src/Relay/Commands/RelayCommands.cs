using System.CommandLine;

namespace Relay.Startup;

/// <summary>What the program's arguments ask for: the node, or a command beside it.</summary>
internal static class RelayCommands
{
    private const string Example =
        $"{SettingsCheck.Root}:{nameof(RelaySettings.Limits)}:{nameof(LimitsOptions.MaxConnections)}";

    /// <returns>The exit code: that of the command, or 2 when the arguments are refused.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors)
    {
        var (joined, lacking) = SettingArguments.Join(arguments);
        return lacking is null && joined.All(SettingArguments.Is)
            ? await NodeCommand.RunAsync(joined)
            : await ParseAsync(joined, lacking, output, errors);
    }

    /// <summary>Says what is wrong with the arguments of a command, and how it is used.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RefuseAsync(ParseResult parsed, string refusal, TextWriter errors)
    {
        await errors.WriteLineAsync(refusal + Environment.NewLine);
        var command = parsed.CommandResult.Command;
        string[] help = command is RootCommand ? ["--help"] : [command.Name, "--help"];
        await Create().Parse(help).InvokeAsync(new InvocationConfiguration { Output = errors });
        return 2;
    }

    /// <remarks>
    /// A node whose arguments are all settings does without: the parser would cost it a fifteenth of the processor time
    /// of its start.
    /// </remarks>
    private static async Task<int> ParseAsync(string[] joined, string? lacking, TextWriter output, TextWriter errors)
    {
        // Values are taken as they are: a secret may begin with an @, which would be read as the name of a file.
        var parsed = Create().Parse(
            joined, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var refusal = lacking is not null ? $"{lacking} needs a value."
            : SettingArguments.Problem(parsed) ?? parsed.Errors.FirstOrDefault()?.Message;
        return refusal is not null ? await RefuseAsync(parsed, refusal, errors)
            : await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = errors,
                EnableDefaultExceptionHandler = false,

                // Signals are the node's own.
                ProcessTerminationTimeout = null,
            });
    }

    private static RootCommand Create()
    {
        var root = new RootCommand(
            $"A node of the relay for Yjs documents. Settings as in docs/settings.md: --{Example} VALUE, and those of "
            + "ASP.NET Core, as in --Logging:LogLevel:Default VALUE.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        root.Directives.Clear();
        foreach (var option in SettingArguments.Options())
        {
            root.Add(option);
        }

        root.SetAction((parsed, _) => NodeCommand.RunAsync(SettingArguments.Of(parsed)));
        root.Add(TokenCommand.Create());
        root.Add(HealthCommand.Create());
        return root;
    }
}
