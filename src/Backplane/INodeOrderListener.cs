namespace Relay.Backplane;

/// <summary>
/// What <see cref="INodeOrders"/> calls: one call at a time. What it throws is logged, and the order counts as carried
/// out.
/// </summary>
public interface INodeOrderListener
{
    /// <summary>Carries out another node's order.</summary>
    /// <param name="order">The bytes that the other node gave.</param>
    /// <param name="givenAt">When, by the clock of the backplane.</param>
    /// <returns>How much there was to do, for the one who gave it.</returns>
    int OnOrder(ReadOnlyMemory<byte> order, DateTimeOffset givenAt);
}
