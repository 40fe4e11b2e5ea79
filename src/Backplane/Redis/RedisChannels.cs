using System.Text;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// How channels are named, published to and listened to. They are sharded channels: a cluster does not carry their
/// messages to all its servers, and a channel's name has the hash tag of its document's keys, so a script on these keys
/// may publish.
/// </summary>
internal static class RedisChannels
{
    /// <summary>The command that scripts publish with.</summary>
    public const string PublishCommand = "SPUBLISH";

    public static RedisChannel Name(string name) => RedisChannel.Sharded(Encoding.UTF8.GetBytes(name));

    /// <summary>Has the handler called for each message, in order, one at a time.</summary>
    public static async Task SubscribeAsync(ISubscriber subscriber, RedisChannel channel, Action<byte[]> handler)
    {
        var queue = await subscriber.SubscribeAsync(channel);
        queue.OnMessage(message => handler((byte[])message.Message!));
    }

    /// <summary>Ends all listening to the channel.</summary>
    public static Task UnsubscribeAsync(ISubscriber subscriber, RedisChannel channel) =>
        subscriber.UnsubscribeAsync(channel);
}
