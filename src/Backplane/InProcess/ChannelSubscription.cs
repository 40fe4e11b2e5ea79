using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>One listener's stay in a channel; ended once, however often it is disposed.</summary>
internal sealed class ChannelSubscription(InProcessChannel channel, DocumentName document, IChannelListener listener)
    : IAsyncDisposable
{
    private int ended;

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0)
        {
            channel.Unsubscribe(document, listener);
        }

        return ValueTask.CompletedTask;
    }
}
