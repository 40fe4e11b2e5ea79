using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane.Support;
using Relay.Startup;

namespace Relay.Backplane;

/// <summary>Opens nodes for tests.</summary>
internal static class RedisNode
{
    /// <summary>
    /// With socket loops, as a node of a server; checks often, and takes nothing for lost that a busy machine delivers
    /// late.
    /// </summary>
    public static RedisBackplaneOptions Options(RedisServer server) =>
        new()
        {
            Configuration = server.Address,
            LogEndCheckInterval = TimeSpan.FromMilliseconds(100),
            ChannelGrace = TimeSpan.FromSeconds(2),
            Loops = OperatingSystem.IsLinux() ? new ServerLoops() : null,
        };

    public static async Task<RedisBackplane> OpenAsync(
        RedisBackplaneOptions options, ILogger<RedisBackplane>? logger = null)
    {
        var node = RedisBackplane.Open(
            options, logger ?? NullLogger<RedisBackplane>.Instance, TimeProvider.System);
        await node.WhenConnectedAsync(default).Soon();
        return node;
    }
}
