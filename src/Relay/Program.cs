using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Relay;
using Relay.Backplane;
using Relay.Peers;
using Relay.Persistence;
using Relay.Startup;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;

if (args is ["token", .. var rest])
{
    return TokenCommand.Run(rest, Console.Out, Console.Error);
}

if (args is ["health"])
{
    return await HealthCommand.RunAsync(Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS"), Console.Error);
}

try
{
    var builder = WebApplication.CreateBuilder(ContentRoot.Options(args));
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
catch (Exception refused) when ((refused is IOException { InnerException: AddressInUseException })
    || refused is FileLogStartException or RedisStartException or SnapshotStoreUnavailableException
        or SnapshotStoreMisconfiguredException or InternalListenerException or StartRefusedException)
{
    await Console.Error.WriteLineAsync("The node does not start: " + refused.Message);
    return 3;
}
