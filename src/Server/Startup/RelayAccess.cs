using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Relay.Access;
using Relay.Api;
using Relay.Connections;
using Relay.Protocols;
using IPNetwork = System.Net.IPNetwork;

namespace Relay.Startup;

/// <summary>Who may come in, by the settings.</summary>
internal static class RelayAccess
{
    /// <summary>
    /// What the framework logs of requests at Information and below holds their query, and there are tokens in it.
    /// These categories stay at Warning whatever the settings of logging say, for every provider.
    /// </summary>
    private static readonly string[] RequestLogs = ["Microsoft.AspNetCore.Hosting.Diagnostics",
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests"];

    /// <summary>
    /// Connections that are no WebSockets, however few of those there may be: for health checks, pages and calls.
    /// </summary>
    private const int LeastPlainConnections = 1000;

    public static void AddAccess(this IServiceCollection services, RelaySettings settings)
    {
        services.AddVerifier(settings.Auth);
        services.AddSingleton(new AwarenessStamping(settings.Auth.StampAwareness));
        services.AddSingleton(settings.Auth.Origins());
        services.AddCors();
        services.AddSingleton(
            provider => new AddressRate(settings.Limits.ConnectionsPerMinute,
                provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(
            provider => new ForwardedSuspicion(
                settings.Network.Proxies().Count > 0
                || settings.Limits.ConnectionsPerMinute == 0,
                    provider.GetRequiredService<ILogger<ForwardedSuspicion>>()));
        services.AddSingleton<ForgedTokens>();
        services.AddSingleton<ClientTokens>();
        services.AddSingleton<RequestGate>();

        // Those that have not become WebSockets, or never will: they have shown no token yet, so they are bounded apart
        // from the others, by the same figure.
        services.Configure<KestrelServerOptions>(
            kestrel => kestrel.Limits.MaxConcurrentConnections = Math.Max(LeastPlainConnections,
                settings.Limits.MaxConnections));
        services.AddSingleton<LongAnswers>();
        services.AddSingleton<Kicks>();
        services.AddSingleton<KickEndpoint>();
        services.AddHostedService(provider => provider.GetRequiredService<Kicks>());
        services.PostConfigure<LoggerFilterOptions>(KeepTokensOut);
        services.AddProxies(settings.Network.Proxies());
    }

    private static void AddVerifier(this IServiceCollection services, AuthOptions auth)
    {
        var jwt = auth.Jwt;
        if (!auth.AsksForTokens)
        {
            services.AddSingleton<ITokenVerifier, OpenAccess>();
            return;
        }

        if (jwt.Keys() is not { } keys)
        {
            services.AddSingleton(provider => new FetchedKeys(
                Publisher(jwt),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<FetchedKeys>>()));
            services.AddHostedService(provider => provider.GetRequiredService<FetchedKeys>());
            services.AddSingleton<IVerificationKeys>(provider => provider.GetRequiredService<FetchedKeys>());

            // A node that can check no token would refuse all clients.
            services.AddSingleton(provider => new StartCheck(
                "The address of the keys for tokens",
                provider.GetRequiredService<FetchedKeys>().WhenFetchedAsync));
        }
        else
        {
            services.AddSingleton<IVerificationKeys>(new FixedKeys(keys));
        }

        services.AddSingleton<ITokenVerifier>(provider =>
            new JwtVerifier(provider.GetRequiredService<IVerificationKeys>(), jwt.Issuer, jwt.Audience,
                provider.GetRequiredService<TimeProvider>()));
    }

    private static KeyPublisher Publisher(JwtOptions jwt)
    {
        var http = new SocketsHttpHandler
        {
            // A redirect could lead to another host.
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        return jwt.Provider() is { } provider ? KeyPublisher.OfAuthority(provider, http)
            : KeyPublisher.OfKeys(jwt.KeysAddress()!, http);
    }

    /// <summary>Walks back through <c>X-Forwarded-For</c> for as long as its writer is a trusted proxy.</summary>
    private static void AddProxies(this IServiceCollection services, IReadOnlyList<IPNetwork> proxies) =>
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = proxies.Count > 0 ? ForwardedHeaders.XForwardedFor : ForwardedHeaders.None;
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in proxies)
            {
                forwarded.KnownIPNetworks.Add(network);
            }
        });

    /// <summary>
    /// The most specific rule holds, and of equal ones the last: so there is one for each provider that any rule names.
    /// </summary>
    private static void KeepTokensOut(LoggerFilterOptions logging)
    {
        foreach (var provider in logging.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray())
        {
            foreach (var category in RequestLogs)
            {
                logging.Rules.Add(new LoggerFilterRule(provider, category, LogLevel.Warning, null));
            }
        }
    }
}
