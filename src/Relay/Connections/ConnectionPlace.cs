namespace Relay.Connections;

/// <summary>A place among the node's connections, taken before the connection itself is made: a connection that is one too many never reaches its document.</summary>
internal sealed class ConnectionPlace : IOpenConnection
{
    private readonly Lock gate = new();
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
}
