namespace Relay.Startup;

/// <summary>Where pages and <c>appsettings.json</c> are.</summary>
internal static class ContentRoot
{
    private const string Marker = "appsettings.json";

    /// <summary>
    /// The working directory if it has an <c>appsettings.json</c> (as with <c>dotnet run</c>), otherwise the program's
    /// own directory: a published node may be started from anywhere.
    /// </summary>
    public static WebApplicationOptions Options(string[] args)
    {
        var here = Directory.GetCurrentDirectory();
        return new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = File.Exists(Path.Combine(here, Marker)) ? here : AppContext.BaseDirectory
        };
    }
}
