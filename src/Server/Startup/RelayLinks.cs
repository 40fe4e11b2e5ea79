using Relay.Backplane;
using Relay.DocLocator;
using Relay.Links;
using Relay.Peers;
using Relay.Reports;
using Relay.Telemetry;

namespace Relay.Startup;

/// <summary>Links to other nodes, where nodes share Redis and have internal listeners.</summary>
internal static class RelayLinks
{
    /// <summary>Adds them in front of the channels of documents.</summary>
    public static void AddLinks(this IServiceCollection services, PeerSecret secret)
    {
        var options = new NodeLinkOptions();
        services.AddSingleton(provider => new LinkClient(
            provider.GetRequiredService<NodeIdentity>(),
            secret,
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LinkClient>>()));
        services.AddSingleton(provider => new LinkedChannel(
            provider.GetRequiredService<RedisBackplane>(),
            (receiver, stopping) => new LinkServices(
                provider.GetRequiredService<NodeIdentity>(),
                provider.GetRequiredService<LinkClient>(),
                receiver,
                options,
                provider.GetRequiredService<TimeProvider>(),
                Elsewhere,
                Random.Shared.NextDouble,
                provider.GetRequiredService<RelayMetrics>().Links,
                provider.GetRequiredService<ILogger<LinkedChannel>>(),
                stopping),
            () => provider.GetRequiredService<LinkedNodes>().AreAll));
        services.AddSingleton<IDocumentChannel>(provider => provider.GetRequiredService<LinkedChannel>());
        services.AddSingleton(provider => new LinkEndpoint(
            provider.GetRequiredService<LinkedChannel>().Links,
            provider.GetRequiredService<NodeIdentity>(),
            secret,
            provider.GetRequiredService<PeerGate>()));
    }

    private static void Elsewhere(Action action) =>
        ThreadPool.UnsafeQueueUserWorkItem(static run => run(), action, preferLocal: false);
}
