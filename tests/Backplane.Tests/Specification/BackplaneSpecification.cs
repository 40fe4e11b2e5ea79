using Relay.Backplane.Support;

namespace Relay.Backplane.Specification;

/// <summary>
/// Starts and ends the backplane under test around each test. Documents have names of their own, so implementations may
/// share a server between tests.
/// </summary>
public abstract class BackplaneSpecification : IAsyncLifetime
{
    private BackplaneNode? node;
    private BackplaneNode? other;

    protected IDocumentLog Log => node!.Log;

    protected IDocumentChannel Channel => node!.Channel;

    /// <summary>Another node of the same backplane, or the same one where there is only one.</summary>
    protected BackplaneNode Other => other!;

    public async Task InitializeAsync()
    {
        node = await StartAsync().Soon();
        other = await JoinAsync(node).Soon();
    }

    public Task DisposeAsync() => StopAsync().Soon();

    /// <summary>Starts a node.</summary>
    protected abstract Task<BackplaneNode> StartAsync();

    /// <summary>
    /// Starts a second node of the same backplane; <paramref name="first"/> itself where a backplane has only one node.
    /// </summary>
    protected abstract Task<BackplaneNode> JoinAsync(BackplaneNode first);

    protected abstract Task StopAsync();
}
