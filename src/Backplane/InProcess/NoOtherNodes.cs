namespace Relay.Backplane;

/// <summary>The orders of a node that is alone: there is nobody to hear them.</summary>
public sealed class NoOtherNodes : INodeOrders
{
    public IDisposable Listen(INodeOrderListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return new Nothing();
    }

    public ValueTask<OrderReceipt> GiveAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(default(OrderReceipt));
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
