namespace Relay.Links;

/// <summary>Ends the links when the node stops: after its documents were left, and before the internal listener closes.
/// </summary>
internal sealed class LinkLifetime(LinkedChannel channel) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        channel.Close();
        return Task.CompletedTask;
    }
}
