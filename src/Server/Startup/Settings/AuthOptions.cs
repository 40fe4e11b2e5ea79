using Relay.Access;

namespace Relay.Startup;

/// <summary>Who may do what.</summary>
internal sealed class AuthOptions
{
    private const string Open = "none";
    private const string Tokens = "jwt";
    private AllowedOrigins origins = Access.AllowedOrigins.All;

    /// <summary>
    /// <c>none</c> lets every client read and write every document; <c>jwt</c> asks for signed tokens. Default:
    /// <c>none</c> in Development; required otherwise, so that a node is open only where a setting says so.
    /// </summary>
    public string? Mode { get; set; }

    /// <summary>How tokens are checked; unused unless <see cref="AsksForTokens"/>.</summary>
    public JwtOptions Jwt { get; } = new();

    /// <summary>
    /// The origins of pages that may open WebSockets and use the API, separated by commas; <c>https://*.example.com</c>
    /// for all subdomains, <c>null</c> for pages without an origin. Default: none, any page may open WebSockets, and
    /// with tokens use the API. Only browsers send an origin; a request without one passes.
    /// </summary>
    public string? AllowedOrigins { get; set; }

    /// <summary>
    /// Writes the token's user id and name into the presence of its connections, as <c>user.id</c> and
    /// <c>user.name</c>, so that no user appears under another's name. Default: false.
    /// </summary>
    public bool StampAwareness { get; set; }

    internal bool AsksForTokens => Mode == Tokens;

    /// <summary><see cref="AllowedOrigins"/>, read.</summary>
    internal AllowedOrigins Origins() => origins;

    internal void Check(SettingsCheck check, bool isDevelopment)
    {
        if (Mode is null && !isDevelopment)
        {
            check.Refuse(
                $"{check.Key(Mode)} must be set outside Development: '{Tokens}' asks for tokens, '{Open}' lets "
                + "every client read and write every document.");
        }

        check.Read(Mode, TryReadMode, $"'{Open}' or '{Tokens}'", "");
        check.Flag(StampAwareness);
        if (StampAwareness && !AsksForTokens)
        {
            check.Refuse(
                $"{check.Key(StampAwareness)} has no meaning without {check.Key(Mode)}={Tokens}: no token says "
                + "who a user is.");
        }

        Jwt.Check(check.In(Jwt), AsksForTokens, $"{check.Key(Mode)}={Tokens}", isDevelopment);
        origins = check.Read(
            AllowedOrigins,
            TryReadOrigins,
            "origins separated by commas, as in https://app.example,https://*.example.com,http://localhost:3000",
            origins);
    }

    private static bool TryReadMode(string text, out string mode)
    {
        mode = text;
        return text is Open or Tokens;
    }

    private static bool TryReadOrigins(string text, out AllowedOrigins origins)
    {
        var isRead = Access.AllowedOrigins.TryParse(text, out var read);
        origins = read ?? Access.AllowedOrigins.All;
        return isRead;
    }
}
