using System.Diagnostics.Metrics;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// What client sockets measure, as instruments of the node's meter. Bytes are added up here and read when somebody
/// asks, because a call of an instrument costs more than the addition. Thread-safe.
/// </summary>
internal sealed class SocketMetrics
{
    private readonly Counter<long> closed;
    private long bytesReceived;
    private long bytesSent;

    /// <param name="meter">The node's.</param>
    public SocketMetrics(Meter meter)
    {
        meter.CreateObservableCounter("relay.network.received", () => BytesReceived, "By",
            "Bytes read from clients' WebSockets.");
        meter.CreateObservableCounter("relay.network.sent", () => BytesSent, "By",
            "Bytes written to clients' WebSockets.");
        closed = meter.CreateCounter<long>("relay.connections.closed", "{connection}",
            "Connections that ended, by the close code that this node sent; 0 where the client ended it "
                + "or the line broke.");
    }

    /// <summary>Bytes read since the start.</summary>
    public long BytesReceived => Interlocked.Read(ref bytesReceived);

    /// <summary>Bytes written since the start.</summary>
    public long BytesSent => Interlocked.Read(ref bytesSent);

    public void Read(int bytes) => Interlocked.Add(ref bytesReceived, bytes);

    public void Wrote(int bytes) => Interlocked.Add(ref bytesSent, bytes);

    /// <param name="code">The close code; null where it was not this node that ended the connection.</param>
    public void Closed(int? code) => closed.Add(1, new KeyValuePair<string, object?>("relay.close.code", code ?? 0));
}
