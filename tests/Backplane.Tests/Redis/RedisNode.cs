using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>Opens nodes for tests.</summary>
internal static class RedisNode
{
    public static RedisBackplaneOptions Options(RedisServer server) => new() { Configuration = server.Address, LogEndCheckInterval = TimeSpan.FromMilliseconds(100), ChannelGrace = TimeSpan.FromMilliseconds(50) };

    public static async Task<RedisBackplane> OpenAsync(RedisBackplaneOptions options)
    {
        var node = RedisBackplane.Open(options, NullLogger<RedisBackplane>.Instance, TimeProvider.System);
        await node.WhenConnectedAsync(default).Soon();
        return node;
    }
}
