using System.Collections.Concurrent;
using System.Net;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>Waits until replicas have what this node appended, at each server for what it appended there.</summary>
internal sealed class ReplicaWaits(
    RedisConnection connection, RedisKeys keys, RedisBackplaneOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<EndPoint, ReplicaWait> servers = new();

    /// <summary>Through which connection calls for the partition go now; to be asked for before one is sent.</summary>
    /// <exception cref="BackplaneUnavailableException">The partition's server is not there.</exception>
    public async Task<ReplicaToken> BeginAsync(int partition, CancellationToken cancellation)
    {
        var place = await connection.CallAsync(
            redis => Task.FromResult(
                redis.GetServer(keys.Fence(partition), flags: CommandFlags.DemandMaster).EndPoint),
            cancellation);
        var server = servers.GetOrAdd(place, at => new ReplicaWait(at, connection, keys, options, time));
        return new ReplicaToken(server, await server.BeginAsync(partition, cancellation));
    }

    /// <summary>Completes when enough replicas have all that was answered since the token was given out.</summary>
    /// <exception cref="BackplaneUnavailableException">They do not have it in time, or it cannot be told.</exception>
    public static Task ConfirmAsync(ReplicaToken token, int partition, CancellationToken cancellation) =>
        token.Server.ConfirmAsync(token.Connection, partition, cancellation);
}
