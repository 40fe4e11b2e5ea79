namespace Relay.Backplane;

/// <summary>
/// The orders and the reports of a node that is alone: no other node hears the ones or reads the
/// others, and none sends any.
/// </summary>
public sealed class NoOtherNodes : INodeOrders, INodeReports
{
    public IDisposable Listen(INodeOrderListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return new Subscription();
    }

    public ValueTask<OrderReceipt> GiveAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(default(OrderReceipt));
    }

    public ValueTask StoreAsync(string node, ReadOnlyMemory<byte> report, TimeSpan lifetime,
        CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask RemoveAsync(string node, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([]);

    public ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<string>>([]);

    private sealed class Subscription : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
