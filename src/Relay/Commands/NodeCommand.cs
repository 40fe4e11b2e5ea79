using Microsoft.AspNetCore.Connections;
using Relay.Backplane;
using Relay.Health;
using Relay.Peers;
using Relay.Persistence;

namespace Relay.Startup;

/// <summary>Without a command, the program is a node.</summary>
internal static class NodeCommand
{
    /// <returns>
    /// The exit code when it has stopped: 0; 2 when the settings are refused; 3 when it could not start or a service
    /// refused it.
    /// </returns>
    public static async Task<int> RunAsync(string[] settings)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(ContentRoot.Options(settings));
            builder.UseDefaultAddress().AddRelay();

            var app = builder.Build();
            app.UseRefusals().UsePages().MapRelay().ReportStart();
            var state = app.Services.GetRequiredService<NodeState>();
            await app.RunAsync();
            return state.Failure is null ? 0 : 3;
        }
        catch (SettingsException refused)
        {
            await Console.Error.WriteLineAsync(
                "The node does not start with these settings:" + Environment.NewLine + refused.Message);
            return 2;
        }
        catch (Exception refused) when (
            (refused is IOException { InnerException: AddressInUseException })
            || refused is FileLogStartException or RedisStartException or SnapshotStoreUnavailableException
                or SnapshotStoreMisconfiguredException or InternalListenerException or StartRefusedException)
        {
            await Console.Error.WriteLineAsync("The node does not start: " + refused.Message);
            return 3;
        }
    }
}
