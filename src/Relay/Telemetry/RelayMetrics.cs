using System.Diagnostics.Metrics;

namespace Relay.Telemetry;

/// <summary>
/// All that the node measures of itself, with names and units as OpenTelemetry has them; docs/operations.md says what
/// each is good for. What comes with every update is added up here and looked at when somebody asks, because a call of
/// an instrument costs more than the addition. No measurement names a document or a user. Thread-safe.
/// </summary>
internal sealed class RelayMetrics : IDisposable
{
    public const string MeterName = "Relay";

    private const string Outcome = "relay.outcome";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
            2.5, 5, 10, 30],
    };

    private readonly Histogram<double> appends;
    private readonly Histogram<double> loads;
    private readonly Histogram<double> saves;
    private readonly Counter<long> closed;
    private readonly Counter<long> refused;
    private long updatesReceived;
    private long updatesDelivered;
    private long bytesReceived;
    private long bytesSent;
    private long reconciled;
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
        Meter.CreateObservableCounter("relay.updates.received", () => Interlocked.Read(ref updatesReceived), "{update}",
            "Updates of clients that said something new.");
        Meter.CreateObservableCounter(
            "relay.updates.delivered", () => Interlocked.Read(ref updatesDelivered), "{update}",
                "Entries handed to connections: each counts once for each connection of its document.");
        Meter.CreateObservableCounter("relay.network.received", () => Interlocked.Read(ref bytesReceived), "By",
            "Bytes read from clients' WebSockets.");
        Meter.CreateObservableCounter("relay.network.sent", () => Interlocked.Read(ref bytesSent), "By",
            "Bytes written to clients' WebSockets.");
        appends = Meter.CreateHistogram("relay.append.duration", "s",
            "From the first try to append an entry to its delivery to the connections of this node.", null, Durations);
        loads = Meter.CreateHistogram("relay.load.duration", "s",
            "Putting a document together from snapshot, peer and log.", null, Durations);
        saves = Meter.CreateHistogram("relay.save.duration", "s",
            "Storing a snapshot and clearing away what it covers.", null, Durations);
        closed = Meter.CreateCounter<long>("relay.connections.closed", "{connection}",
            "Connections that ended, by the close code that this node sent; 0 where the client ended it "
                + "or the line broke.");
        refused = Meter.CreateCounter<long>("relay.requests.refused", "{request}",
            "Requests for a WebSocket or an API address that were refused, by HTTP status.");
        Meter.CreateObservableCounter(
            "relay.documents.reconciled",
            () => Interlocked.Read(ref reconciled),
            "{document}",
            "Times that a document was put together anew beside its clients, because its log was lost or "
                + "another one had begun.");
        Meter.CreateObservableCounter("relay.metadata.dropped", () => MetadataDroppedCount, "{row}",
            "Comings, goings and last figures that the metadata of rooms lacks, because the database was "
                + "away for too long.");
    }

    public Meter Meter { get; } = new(MeterName);

    /// <summary>The durations of appends once more, in finer steps.</summary>
    public LatencyCounts AppendLatency { get; } = new();

    /// <summary>What there has been in all until now.</summary>
    public TrafficCounts Traffic =>
        new(Interlocked.Read(ref updatesReceived), Interlocked.Read(ref updatesDelivered),
            Interlocked.Read(ref bytesReceived), Interlocked.Read(ref bytesSent));

    /// <summary>Updates of one append came in.</summary>
    public void Received(int updates) => Interlocked.Add(ref updatesReceived, updates);

    /// <summary>An entry went to so many connections.</summary>
    public void Delivered(int connections) => Interlocked.Add(ref updatesDelivered, connections);

    public void Read(int bytes) => Interlocked.Add(ref bytesReceived, bytes);

    public void Wrote(int bytes) => Interlocked.Add(ref bytesSent, bytes);

    public void Appended(TimeSpan took)
    {
        AppendLatency.Add(took);
        appends.Record(took.TotalSeconds);
    }

    public void Loaded(TimeSpan took, bool succeeded) => loads.Record(took.TotalSeconds, Of(succeeded));

    public void Saved(TimeSpan took, bool succeeded) => saves.Record(took.TotalSeconds, Of(succeeded));

    /// <summary>How often metadata of rooms was dropped.</summary>
    public long MetadataDroppedCount => Interlocked.Read(ref metadataDropped);

    public void MetadataDropped(int rows = 1) => Interlocked.Add(ref metadataDropped, rows);

    public void Reconciled() => Interlocked.Increment(ref reconciled);

    /// <param name="code">The close code; nothing where it was not this node that ended the connection.</param>
    public void Closed(int? code) => closed.Add(1, new KeyValuePair<string, object?>("relay.close.code", code ?? 0));

    public void Refused(int status) =>
        refused.Add(1, new KeyValuePair<string, object?>("http.response.status_code", status));

    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Of(bool succeeded) => new(Outcome, succeeded ? "success" : "failure");
}
