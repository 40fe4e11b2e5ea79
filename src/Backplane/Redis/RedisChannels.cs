using System.Text;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// How channels are named, published to and listened to. The newer line of the client (REDIS_CLIENT_3) has sharded channels, which a cluster does not carry to all its servers; the older one has not. Both
/// kinds do not hear each other, so <see cref="Kind"/> is among the settings that all nodes must share.
/// </summary>
internal static class RedisChannels
{
#if REDIS_CLIENT_3
    public const string Kind = "sharded";

    /// <summary>The command that scripts publish with.</summary>
    public const string PublishCommand = "SPUBLISH";

    public static RedisChannel Name(string name) => RedisChannel.Sharded(Encoding.UTF8.GetBytes(name));

    /// <summary>Has the handler called for each message, in order, one at a time.</summary>
    public static async Task SubscribeAsync(ISubscriber subscriber, RedisChannel channel, Action<byte[]> handler)
    {
        var queue = await subscriber.SubscribeAsync(channel);
        queue.OnMessage(message => handler((byte[])message.Message!));
    }
#else
    public const string Kind = "plain";

    /// <summary>The command that scripts publish with.</summary>
    public const string PublishCommand = "PUBLISH";

    public static RedisChannel Name(string name) => new(Encoding.UTF8.GetBytes(name), RedisChannel.PatternMode.Literal);

    /// <summary>Has the handler called for each message, in order, one at a time.</summary>
    public static Task SubscribeAsync(ISubscriber subscriber, RedisChannel channel, Action<byte[]> handler) =>
        subscriber.SubscribeAsync(channel, (_, message) => handler(message!));
#endif

    /// <summary>Ends all listening to the channel.</summary>
    public static Task UnsubscribeAsync(ISubscriber subscriber, RedisChannel channel) => subscriber.UnsubscribeAsync(channel);
}
