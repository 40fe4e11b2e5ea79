using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Relay.Access;

namespace Relay.Startup;

/// <summary>
/// <c>token</c> as the program's first argument: prints a token that the node with the same <c>Auth:Jwt:Secret</c>
/// accepts, and a link to the demo page with it, for administrators to the dashboard as well. For trying things out and
/// for scripts; an application makes its own tokens.
/// </summary>
internal static class TokenCommand
{
    private const string Section =
        $"{SettingsCheck.Root}:{nameof(RelaySettings.Auth)}:{nameof(AuthOptions.Jwt)}";

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(8);

    private static readonly Option<string> User =
        new("--user") { HelpName = "ID", Description = "Who it is for (sub)" };

    private static readonly Option<string> Name =
        new("--name") { HelpName = "NAME", Description = "The name to show" };

    private static readonly Option<JsonObject> Documents = new("--documents")
    {
        Description = """What may be done where, as in '{"notes/*":"write","plan":"read"}'; default '{"*":"write"}'""",
        HelpName = "JSON",
        CustomParser = ReadDocuments,
    };

    private static readonly Option<bool> Admin = new("--admin")
    {
        Description = "Opens the dashboard and the admin calls",
    };

    private static readonly Option<TimeSpan> Lifetime = new("--lifetime")
    {
        Description = "How long it is valid; default 08:00:00",
        HelpName = "HH:MM:SS",
        CustomParser = ReadLifetime,
    };

    public static Command Create()
    {
        var command = new Command(
            "token",
            "Prints a token and a link to the demo page with it. Settings as for the node: "
            + $"--{Section}:{nameof(JwtOptions.Secret)} and, if the node checks them, "
            + $"--{Section}:{nameof(JwtOptions.Issuer)} and --{Section}:{nameof(JwtOptions.Audience)}; "
            + $"{SettingArguments.Urls} for the link.")
        {
            User, Name, Documents, Admin, Lifetime,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        // The node's own settings, from wherever it would take them.
        var options = ContentRoot.Options(SettingArguments.Of(parsed));
        var configuration = WebApplication.CreateBuilder(options).Configuration;
        var jwt = configuration.GetSection(Section).Get<JwtOptions>();
        if (jwt is not { Secret: { } secret } || Encoding.UTF8.GetByteCount(secret) < VerificationKey.MinSecretBytes)
        {
            return await RelayCommands.RefuseAsync(
                parsed,
                $"{Section}:{nameof(JwtOptions.Secret)} must be set as for the node, with at least "
                + $"{VerificationKey.MinSecretBytes} bytes: the token is signed with it.",
                parsed.InvocationConfiguration.Error);
        }

        var documents = parsed.GetValue(Documents) ?? new JsonObject { ["*"] = "write" };
        var isAdmin = parsed.GetValue(Admin);
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret));
        var token = new JsonWebTokenHandler().CreateToken(
            Claims(parsed, jwt, documents, isAdmin).ToJsonString(),
            new SigningCredentials(key, SecurityAlgorithms.HmacSha256));
        var address = configuration["urls"]?.Split(';')[0].TrimEnd('/') ?? DefaultAddress.Address;
        var output = parsed.InvocationConfiguration.Output;
        await output.WriteLineAsync(token);
        await output.WriteLineAsync($"{address}/{QueryFor(documents)}#token={token}");
        if (isAdmin)
        {
            await output.WriteLineAsync($"{address}/dashboard#token={token}");
        }

        return 0;
    }

    private static JsonObject Claims(ParseResult parsed, JwtOptions jwt, JsonObject documents, bool isAdmin)
    {
        var now = TimeProvider.System.GetUtcNow();
        var lifetime = parsed.GetResult(Lifetime) is null ? DefaultLifetime : parsed.GetValue(Lifetime);
        var claims = new JsonObject
        {
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.Add(lifetime).ToUnixTimeSeconds(),
            ["documents"] = documents,
        };
        Add(claims, "sub", parsed.GetValue(User));
        Add(claims, "name", parsed.GetValue(Name));
        Add(claims, "iss", jwt.Issuer);
        Add(claims, "aud", jwt.Audience);
        if (isAdmin)
        {
            claims["admin"] = true;
        }

        return claims;
    }

    private static TimeSpan ReadLifetime(ArgumentResult argument)
    {
        if (!TimeSpan.TryParse(argument.Tokens[0].Value, CultureInfo.InvariantCulture, out var lifetime)
            || lifetime <= TimeSpan.Zero)
        {
            argument.AddError($"{Lifetime.Name} must be a time, as in {DefaultLifetime:c}.");
        }

        return lifetime;
    }

    private static JsonObject? ReadDocuments(ArgumentResult argument)
    {
        try
        {
            using var read = JsonDocument.Parse(argument.Tokens[0].Value);
            if (DocumentRules.TryRead(read.RootElement) is not null)
            {
                return JsonObject.Create(read.RootElement.Clone());
            }
        }
        catch (JsonException)
        {
        }

        argument.AddError(
            $"""{Documents.Name} must be a JSON object from names, or prefixes that end in *, to "read" or "write".""");
        return null;
    }

    private static void Add(JsonObject claims, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            claims[name] = value;
        }
    }

    /// <summary>A document that the token opens; the empty text where the page may choose one itself.</summary>
    private static string QueryFor(JsonObject documents)
    {
        var names = documents.Select(rule => rule.Key).ToArray();
        if (names.Length == 0 || names.Contains("*"))
        {
            return "";
        }

        var name = names.FirstOrDefault(name => !name.EndsWith('*')) ?? names[0][..^1] + "demo";
        return "?doc=" + Uri.EscapeDataString(name.Trim());
    }
}
