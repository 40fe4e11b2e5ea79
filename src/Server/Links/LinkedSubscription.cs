namespace Relay.Links;

/// <summary>Ends the listening to a document, and tells the nodes that count on it.</summary>
internal sealed class LinkedSubscription(IAsyncDisposable channel, Func<Task> close) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        var closing = close();
        await channel.DisposeAsync();
        await closing;
    }
}
