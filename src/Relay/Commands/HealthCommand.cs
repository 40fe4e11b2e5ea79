using System.CommandLine;

namespace Relay.Startup;

/// <summary>
/// <c>health</c> as the program's first argument: asks the node on this machine whether it lives. For a container's
/// health check, whose image has no other program that could ask.
/// </summary>
internal static class HealthCommand
{
    private const string Ports = "ASPNETCORE_HTTP_PORTS";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static Command Create()
    {
        var command = new Command(
            "health", $"Asks the node on this machine, at the first of {Ports}, whether it lives; ends with 0 or 1");
        command.SetAction((parsed, _) => RunAsync(
            Environment.GetEnvironmentVariable(Ports), parsed.InvocationConfiguration.Error));
        return command;
    }

    /// <returns>The exit code: 0, or 1 when the node does not say that it lives within 4 s.</returns>
    /// <param name="ports">
    /// The ports that the node listens on, separated by semicolons (<c>ASPNETCORE_HTTP_PORTS</c>); the first one is
    /// asked.
    /// </param>
    /// <param name="errors">Where it is said why not.</param>
    public static async Task<int> RunAsync(string? ports, TextWriter errors)
    {
        var port = ports?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault();
        var address = $"{(port is null ? DefaultAddress.Address : $"http://localhost:{port}")}/health/live";
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
            using var answer = await http.GetAsync(address);
            answer.EnsureSuccessStatusCode();
            return 0;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException
            or UriFormatException)
        {
            await errors.WriteLineAsync($"{address} does not say that the node lives: {exception.Message}");
            return 1;
        }
    }
}
