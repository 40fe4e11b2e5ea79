namespace Relay.Backplane;

/// <summary>
/// Carries orders to all other nodes that share this backplane. Thread-safe. A node that is connected hears an order at
/// once, and otherwise when it is connected again, if that is within <see cref="Lifetime"/>; in
/// their order, at least once, as long as the backplane remembers them. A node hears neither its own orders nor those
/// from before it listened.
/// </summary>
public interface INodeOrders
{
    /// <summary>How long an order waits for nodes that cannot be reached.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Has the listener hear orders from soon after now on, until the result is disposed. One listener at a time.
    /// Returns at once, also while the backplane cannot be reached.
    /// </summary>
    IDisposable Listen(INodeOrderListener listener);

    /// <summary>
    /// Gives an order: bytes that this seam does not look at, a few KiB at the most. Answers when all nodes that seem
    /// to listen have said what they did, or after about a second.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The backplane cannot be reached; whether others hear the order
    /// is unknown.</exception>
    ValueTask<OrderReceipt> GiveAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation);
}
