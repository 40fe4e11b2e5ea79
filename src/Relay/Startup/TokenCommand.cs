using System.Diagnostics.CodeAnalysis;
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
    private const string Usage =
        """
        token [--user ID] [--name NAME] [--documents JSON] [--admin] [--lifetime HH:MM:SS] [settings]

          --user       who it is for (sub)
          --name       the name to show
          --documents  what may be done where, as in '{"notes/*":"write","plan":"read"}'; default '{"*":"write"}'
          --admin      opens the dashboard and the admin calls
          --lifetime   how long it is valid; default 08:00:00

        Settings as for the node: --Relay:Auth:Jwt:Secret and, if the node checks them, --Relay:Auth:Jwt:Issuer and --Relay:Auth:Jwt:Audience; --urls for the link.
        """;

    private static readonly string[] Known = ["user", "name", "documents", "admin", "lifetime"];

    /// <returns>The exit code: 0, or 2 when the arguments are refused.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors)
    {
        if (!TryMake(arguments, out var token, out var link, out var refusal))
        {
            errors.WriteLine(refusal + Environment.NewLine + Environment.NewLine + Usage);
            return 2;
        }

        output.WriteLine(token);
        output.WriteLine(link);
        return 0;
    }

    private static bool TryMake(IReadOnlyList<string> arguments, [NotNullWhen(true)] out string? token,
        [NotNullWhen(true)] out string? link, [NotNullWhen(false)] out string? refusal)
    {
        token = link = null;
        if (!TrySplit(arguments, out var own, out var rest, out refusal))
        {
            return false;
        }

        // The node's own settings, from wherever it would take them.
        var configuration = WebApplication.CreateBuilder(ContentRoot.Options([.. rest])).Configuration;
        var jwt = configuration.GetSection("Relay:Auth:Jwt");
        if (jwt["Secret"] is not { Length: > 0 } secret
            || Encoding.UTF8.GetByteCount(secret) < VerificationKey.MinSecretBytes)
        {
            refusal =
                $"Relay:Auth:Jwt:Secret must be set as for the node, with at least {VerificationKey.MinSecretBytes} "
                    + "bytes: the token is signed with it.";
            return false;
        }

        if (!TimeSpan.TryParse(own.GetValueOrDefault("lifetime", "08:00:00"), CultureInfo.InvariantCulture,
            out var lifetime) || lifetime <= TimeSpan.Zero)
        {
            refusal = "--lifetime must be a time, as in 08:00:00.";
            return false;
        }

        if (!TryReadDocuments(own.GetValueOrDefault("documents", """{"*":"write"}"""), out var documents))
        {
            refusal =
                """--documents must be a JSON object from names, or prefixes that end in *, to "read" or "write".""";
            return false;
        }

        var now = DateTimeOffset.UtcNow;
        var claims = new JsonObject
        {
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.Add(lifetime).ToUnixTimeSeconds(),
            ["documents"] = documents,
        };
        Add(claims, "sub", own.GetValueOrDefault("user"));
        Add(claims, "name", own.GetValueOrDefault("name"));
        Add(claims, "iss", jwt["Issuer"]);
        Add(claims, "aud", jwt["Audience"]);
        if (own.ContainsKey("admin"))
        {
            claims["admin"] = true;
        }

        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret));
        token = new JsonWebTokenHandler()
            .CreateToken(claims.ToJsonString(), new SigningCredentials(key, SecurityAlgorithms.HmacSha256));
        var address = configuration["urls"]?.Split(';')[0].TrimEnd('/') ?? DefaultAddress.Address;
        link = $"{address}/{QueryFor(documents)}#token={token}";
        if (own.ContainsKey("admin"))
        {
            link += $"{Environment.NewLine}{address}/dashboard#token={token}";
        }

        return true;
    }

    /// <summary>The options of this command and everything else.</summary>
    private static bool TrySplit(IReadOnlyList<string> arguments, out Dictionary<string, string> own,
        out List<string> rest, [NotNullWhen(false)] out string? refusal)
    {
        own = [];
        rest = [];
        refusal = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, equals, value) = arguments[i].IndexOf('=') is var at and > 0
                ? (arguments[i][..at], true, arguments[i][(at + 1)..])
                : (arguments[i], false, "");
            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                refusal = $"{name} is no option.";
                return false;
            }

            // Whatever is none of ours is a setting, which has a value as well.
            var isFlag = name == "--admin" && !equals;
            if (!equals && !isFlag)
            {
                if (i + 1 == arguments.Count)
                {
                    refusal = $"{name} needs a value.";
                    return false;
                }

                value = arguments[++i];
            }

            if (Known.Contains(name[2..]))
            {
                own[name[2..]] = value;
            }
            else
            {
                rest.Add($"{name}={value}");
            }
        }

        return true;
    }

    private static bool TryReadDocuments(string text, [NotNullWhen(true)] out JsonObject? documents)
    {
        documents = null;
        try
        {
            using var read = JsonDocument.Parse(text);
            if (DocumentRules.TryRead(read.RootElement) is not null)
            {
                documents = JsonObject.Create(read.RootElement.Clone());
            }
        }
        catch (JsonException)
        {
        }

        return documents is not null;
    }

    private static void Add(JsonObject claims, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            claims[name] = value;
        }
    }

    /// <summary>A document that the token opens; nothing where the page may choose one itself.</summary>
    private static string QueryFor(JsonObject documents)
    {
        var names = documents.Select(rule => rule.Key).ToArray();
        return names.Length == 0 || names.Contains("*") ? ""
            : "?doc="
                + Uri.EscapeDataString(
                    (names.FirstOrDefault(name => !name.EndsWith('*')) ?? names[0][..^1] + "demo").Trim());
    }
}
