using Relay.Access;

namespace Relay.Startup;

/// <summary>Who may do what.</summary>
internal sealed record AuthOptions
{
    /// <summary>
    /// <c>Auth:Mode</c>: <c>none</c> lets everybody read and write every document; <c>jwt</c> asks for signed tokens.
    /// Default: <c>none</c> in Development; required otherwise, so that nobody publishes an open node without having
    /// said so.
    /// </summary>
    public string Mode { get; init; } = "none";

    /// <summary>How tokens are checked; nothing unless <see cref="Mode"/> is <c>jwt</c>.</summary>
    public JwtOptions? Jwt { get; init; }

    /// <summary>
    /// <c>Auth:AllowedOrigins</c>: the origins of pages that may open WebSockets and use the API, separated by commas;
    /// <c>https://*.example.com</c> for all subdomains, <c>null</c> for pages without an origin. Default: none, any
    /// page may open WebSockets, and with tokens use the API. Only browsers send an origin; a request without one
    /// passes.
    /// </summary>
    public AllowedOrigins AllowedOrigins { get; init; } = AllowedOrigins.All;

    /// <summary>
    /// <c>Auth:StampAwareness</c>: writes the token's user id and name into the presence of its connections, as
    /// <c>user.id</c> and <c>user.name</c>, so that nobody appears under another's name. Default: false.
    /// </summary>
    public bool StampAwareness { get; init; }

    public static AuthOptions Read(SettingsReader reader, bool isDevelopment)
    {
        var mode = reader.Text("Auth:Mode");
        if (mode is null && !isDevelopment)
        {
            reader.Refuse(
                "Relay:Auth:Mode must be set outside Development: 'jwt' asks for tokens, 'none' lets everybody read "
                    + "and write every document.");
        }
        else if (mode is not (null or "none" or "jwt"))
        {
            reader.Refuse("Auth:Mode", mode, "'none' or 'jwt'", mode);
        }

        var stamps = reader.Flag("Auth:StampAwareness", false);
        if (stamps && mode != "jwt")
        {
            reader.Refuse(
                "Relay:Auth:StampAwareness has no meaning without Relay:Auth:Mode=jwt: nobody says who a user is.");
        }

        return new AuthOptions
        {
            Mode = mode ?? "none",
            Jwt = JwtOptions.Read(reader, mode == "jwt", isDevelopment),
            AllowedOrigins = ReadOrigins(reader),
            StampAwareness = stamps,
        };
    }

    private static AllowedOrigins ReadOrigins(SettingsReader reader) =>
        reader.Text("Auth:AllowedOrigins") is not { } text ? AllowedOrigins.All
        : AllowedOrigins.TryParse(text, out var origins) ? origins
        : reader.Refuse(
            "Auth:AllowedOrigins",
            text,
            "origins separated by commas, as in https://app.example,https://*.example.com,http://localhost:3000",
            AllowedOrigins.All);
}
