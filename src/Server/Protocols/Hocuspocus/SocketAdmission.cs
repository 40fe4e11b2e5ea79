using Relay.Connections;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// Whether a Hocuspocus socket has a place on the node: it gets one with its first open document. Until then the client
/// has shown no token, so less is read and kept. Any thread may ask; only the reader may change it.
/// </summary>
internal sealed class SocketAdmission
{
    /// <summary>The largest message until the first document is open: tokens and state vectors are smaller.</summary>
    public const int MaxUnadmittedBytes = 64 << 10;

    /// <summary>What may wait to be sent until then, before no more is read.</summary>
    private const int MaxUnsentUnadmittedBytes = 64 << 10;

    private readonly ClientSocket socket;
    private readonly ConnectionLimits limits;
    private readonly Func<bool> tryAdmit;
    private volatile bool isAdmitted;

    /// <param name="socket">Bounded anew by each change.</param>
    /// <param name="limits">What holds afterwards.</param>
    /// <param name="unadmitted">What messages that are not whole are charged to until then.</param>
    /// <param name="tryAdmit">Whether the node has a place.</param>
    public SocketAdmission(
        ClientSocket socket, ConnectionLimits limits, UnadmittedBudget unadmitted, Func<bool> tryAdmit)
    {
        this.socket = socket;
        this.limits = limits;
        this.tryAdmit = tryAdmit;
        Credit = new InboundCredit(
            Math.Min(limits.MaxWaitingBytes, MaxUnsentUnadmittedBytes), limits.MaxMessageBytes, socket.Budget);
        socket.LimitMessages(MaxUnadmittedBytes, unadmitted);
    }

    public bool IsAdmitted => isAdmitted;

    /// <summary>What the socket has read and is not settled yet, over all of its documents.</summary>
    public InboundCredit Credit { get; }

    /// <summary>The largest message at the moment.</summary>
    public int MaxMessageBytes => isAdmitted ? limits.MaxMessageBytes : MaxUnadmittedBytes;

    /// <summary>Asks for a place, if there is none yet; false if the node has none.</summary>
    public bool TryAdmit()
    {
        if (!isAdmitted)
        {
            if (!tryAdmit())
            {
                return false;
            }

            isAdmitted = true;
            Credit.LimitTo(limits.MaxWaitingBytes);
            socket.LimitMessages(limits.MaxMessageBytes);
        }

        return true;
    }
}
