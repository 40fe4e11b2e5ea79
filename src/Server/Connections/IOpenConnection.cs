namespace Relay.Connections;

/// <summary>A connection as <see cref="ConnectionRegistry"/> knows it.</summary>
internal interface IOpenConnection
{
    /// <summary>Ends it; thread-safe, and again without effect.</summary>
    void Close(CloseReason reason);

    /// <summary>
    /// Ends its access to each document that the order covers for its user there (<see cref="KickOrder.Covers"/>), with
    /// the order's reason; thread-safe, and again without effect.
    /// </summary>
    /// <returns>To how many documents it ended.</returns>
    int Kick(KickOrder order);
}
