namespace Relay.Startup;

/// <summary>Who may do what.</summary>
internal sealed record AuthOptions
{
    /// <summary><c>Auth:Mode</c>: <c>none</c> lets everybody read and write every document. Default: <c>none</c> in Development; required otherwise, so that nobody publishes an open node without having said so.</summary>
    public string Mode { get; init; } = "none";

    public static AuthOptions Read(SettingsReader reader, bool isDevelopment)
    {
        var mode = reader.Text("Auth:Mode");
        if (mode is null && !isDevelopment)
        {
            reader.Refuse("Relay:Auth:Mode must be set outside Development: 'none' lets everybody read and write every document.");
        }
        else if (mode is not (null or "none"))
        {
            reader.Refuse("Auth:Mode", mode, "'none'", mode);
        }

        return new AuthOptions { Mode = mode ?? "none" };
    }
}
