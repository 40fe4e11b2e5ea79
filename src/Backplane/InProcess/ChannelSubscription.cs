namespace Relay.Backplane;

/// <summary>One listener's subscription to a document's channel; ended once, however often it is disposed.</summary>
/// <param name="end">Ends it.</param>
internal sealed class ChannelSubscription(Func<ValueTask> end) : IAsyncDisposable
{
    private int ended;

    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref ended, 1) == 0 ? end() : ValueTask.CompletedTask;
}
