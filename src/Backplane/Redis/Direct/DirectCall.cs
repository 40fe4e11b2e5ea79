namespace Relay.Backplane;

/// <summary>A command that waits for its answer. The caller goes on on the thread that reads it.</summary>
/// <param name="sent">When it was sent, as <see cref="TimeProvider.GetTimestamp"/> says it.</param>
/// <param name="channel">The channel that it subscribes to or leaves; null for other commands.</param>
/// <param name="options">How the caller goes on.</param>
internal sealed class DirectCall(long sent, byte[]? channel = null, TaskCreationOptions options = default)
    : TaskCompletionSource<byte[]?>(options)
{
    public long Sent => sent;

    /// <summary>Whether this reply may answer it.</summary>
    public bool IsAnsweredBy(in RespReply reply) => reply.Kind switch
    {
        RespKind.Subscribed or RespKind.Unsubscribed => channel is not null && reply.Channel.SequenceEqual(channel),
        RespKind.Error => true,
        _ => channel is null,
    };
}
