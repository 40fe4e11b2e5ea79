using System.Diagnostics.Metrics;
using Relay.Sessions;
using Relay.Sockets.WebSockets;

namespace Relay.Telemetry;

/// <summary>
/// All that the node measures of itself, with names and units as OpenTelemetry has them; docs/operations.md says what
/// each is good for. No measurement names a document or a user. Thread-safe.
/// </summary>
internal sealed class RelayMetrics : IDisposable
{
    public const string MeterName = "Relay";

    private readonly Counter<long> refused;
    private long metadataDropped;

    public RelayMetrics(NodeGauges node)
    {
        Meter.CreateObservableUpDownCounter("relay.connections.open", () => node.Connections(), "{connection}",
            "Open connections of clients.");
        Meter.CreateObservableUpDownCounter("relay.documents.open", () => node.Documents(), "{document}",
            "Documents in memory.");
        Meter.CreateObservableUpDownCounter("relay.documents.unsaved", () => node.UnsavedDocuments(), "{document}",
            "Documents in memory with updates that no snapshot covers; the log has them.");
        Meter.CreateObservableGauge("relay.ready", () => node.IsReady() ? 1 : 0, null,
            "1 while the node wants clients, as /health/ready says.");
        Meter.CreateObservableUpDownCounter(
            "relay.buffered",
            () => node.BufferedBytes?.Invoke() ?? 0,
            "By",
            "Bytes charged to Limits:MaxBufferedBytes: what is large and not whole, or not dealt with yet.");
        Meter.CreateObservableUpDownCounter(
            "relay.documents.memory",
            () => node.OpenBytes?.Invoke() ?? 0,
            "By",
            "Bytes charged to Limits:MaxOpenBytes: documents in memory, with their presence.");
        Meter.CreateObservableUpDownCounter(
            "relay.answers.memory",
            () => node.AnswerBytes?.Invoke() ?? 0,
            "By",
            "Bytes of documents that clients asked for over WebSockets and have not read.");
        Sessions = new SessionMetrics(Meter);
        Sockets = new SocketMetrics(Meter);
        Links = new LinkMetrics(Meter);
        refused = Meter.CreateCounter<long>("relay.requests.refused", "{request}",
            "Requests for a WebSocket or an API address that were refused, by HTTP status.");
        Meter.CreateObservableCounter("relay.metadata.dropped", () => MetadataDroppedCount, "{row}",
            "Openings, closings and last figures that the metadata of documents lacks, because the database was "
                + "away for too long.");
    }

    public Meter Meter { get; } = new(MeterName);

    /// <summary>What sessions measure.</summary>
    public SessionMetrics Sessions { get; }

    /// <summary>What client sockets measure.</summary>
    public SocketMetrics Sockets { get; }

    /// <summary>What is counted of links to other nodes.</summary>
    public LinkMetrics Links { get; }

    /// <summary>What there has been in all until now.</summary>
    public TrafficCounts Traffic =>
        new(Sessions.UpdatesReceived, Sessions.UpdatesDelivered, Sockets.BytesReceived, Sockets.BytesSent);

    /// <summary>How often metadata of documents was dropped.</summary>
    public long MetadataDroppedCount => Interlocked.Read(ref metadataDropped);

    public void MetadataDropped(int rows = 1) => Interlocked.Add(ref metadataDropped, rows);

    public void Refused(int status) =>
        refused.Add(1, new KeyValuePair<string, object?>("http.response.status_code", status));

    public void Dispose() => Meter.Dispose();
}
