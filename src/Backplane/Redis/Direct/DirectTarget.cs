using System.Net;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>The server that direct connections are made to, and as whom.</summary>
/// <param name="EndPoint">The server.</param>
/// <param name="User">The user; null for Redis' default user.</param>
/// <param name="Password">The password; null for none.</param>
/// <param name="Database">The database.</param>
internal sealed record DirectTarget(EndPoint EndPoint, string? User, string? Password, int Database)
{
    /// <summary>
    /// The only primary that the client knows; null where there is more to do than to connect to it (a cluster, TLS, a
    /// proxy, a Unix socket, renamed commands, prefixed channels), which is left to the client.
    /// </summary>
    /// <param name="configuration">What the client was given.</param>
    /// <param name="redis">The client, which is connected.</param>
    public static DirectTarget? Find(ConfigurationOptions configuration, IConnectionMultiplexer redis)
    {
        if (configuration.Ssl || configuration.Proxy != Proxy.None || configuration.Tunnel is not null
            || !configuration.ChannelPrefix.IsNullOrEmpty || configuration.CommandMap != CommandMap.Default)
        {
            return null;
        }

        var servers = redis.GetServers().Where(static server => server.IsConnected).ToArray();
        var primaries = servers.Where(static server => !server.IsReplica).ToArray();
        return servers.All(static server => server.ServerType == ServerType.Standalone)
            && primaries is [{ EndPoint: IPEndPoint or DnsEndPoint } primary]
            ? new DirectTarget(
                primary.EndPoint, configuration.User, configuration.Password, configuration.DefaultDatabase ?? 0)
            : null;
    }

    /// <summary>The server, without user and password.</summary>
    public override string ToString() => EndPoint.ToString() ?? "";
}
