namespace Relay.Startup;

internal static class DefaultAddress
{
    public const string Address = "http://localhost:5210";

    /// <summary>
    /// Listens on the default address if nothing says otherwise: <c>--urls</c>, <c>ASPNETCORE_URLS</c>,
    /// <c>ASPNETCORE_HTTP_PORTS</c> or <c>Kestrel:Endpoints</c>.
    /// </summary>
    public static WebApplicationBuilder UseDefaultAddress(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        string?[] said = [configuration["urls"], configuration["http_ports"], configuration["https_ports"]];
        if (said.All(string.IsNullOrEmpty) && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(Address);
        }

        return builder;
    }
}
