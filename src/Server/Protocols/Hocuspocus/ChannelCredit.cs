using Relay.Connections;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// One document's share of what its socket has read and is not settled yet: given back when the document is closed, and
/// settled by no later call. A mutable struct, to be kept in a field: a document has no further object for it. Not
/// thread-safe.
/// </summary>
internal struct ChannelCredit
{
    private long waiting;
    private long held;
    private bool isOver;

    /// <summary>So much was handed in; false after the end, and then it is not to be handed in.</summary>
    public bool TryAdd(long bytes)
    {
        waiting += isOver ? 0 : bytes;
        return !isOver;
    }

    /// <summary>So much was settled; false after the end, when all of it was.</summary>
    public bool TrySettle(long bytes) => TryAdd(-bytes);

    /// <summary>So much waits for later messages; false, and no change, if that is too much for the socket.</summary>
    public bool TryHold(InboundCredit socket, long bytes)
    {
        if (isOver)
        {
            return true;
        }

        if (!socket.TryHold(bytes))
        {
            return false;
        }

        waiting -= bytes;
        held += bytes;
        return true;
    }

    /// <summary>All that is held waits again.</summary>
    public void TakeUp(InboundCredit socket)
    {
        socket.TakeUp(held);
        waiting += held;
        held = 0;
    }

    /// <summary>The document is closed.</summary>
    /// <returns>What the caller has to settle with the socket.</returns>
    public long End(InboundCredit socket)
    {
        TakeUp(socket);
        var unsettled = waiting;
        waiting = 0;
        isOver = true;
        return unsettled;
    }
}
