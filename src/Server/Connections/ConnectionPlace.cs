namespace Relay.Connections;

/// <summary>
/// A place among the node's connections, taken before the connection itself is made: a connection that is one too many
/// never reaches its document.
/// </summary>
internal sealed class ConnectionPlace : IOpenConnection
{
    private readonly Lock gate = new();
    private List<KickOrder>? orders;
    private IOpenConnection? connection;
    private CloseReason? closedFor;

    public void Fill(IOpenConnection made)
    {
        CloseReason? reason;
        lock (gate)
        {
            connection = made;
            reason = closedFor;
        }

        if (reason is not null)
        {
            made.Close(reason);
        }

        // From here on orders go to the connection itself.
        foreach (var order in orders ?? [])
        {
            made.Kick(order);
        }

        orders = null;
    }

    public void Close(CloseReason reason)
    {
        IOpenConnection? made;
        lock (gate)
        {
            closedFor ??= reason;
            made = connection;
        }

        made?.Close(reason);
    }

    public int Kick(KickOrder order)
    {
        IOpenConnection? made;
        lock (gate)
        {
            made = connection;
            if (made is null)
            {
                (orders ??= []).Add(order);
            }
        }

        return made?.Kick(order) ?? 0;
    }
}
