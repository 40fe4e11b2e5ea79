using System.Diagnostics.Metrics;

namespace Relay.Sessions;

/// <summary>
/// What sessions measure, as instruments of the node's meter. What comes with every update is added up here and read
/// when they are collected, because a call of an instrument costs more than the addition. Thread-safe.
/// </summary>
internal sealed class SessionMetrics
{
    private const string Outcome = "relay.outcome";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
            2.5, 5, 10, 30],
    };

    private readonly Histogram<double> appends;
    private readonly Histogram<double> loads;
    private readonly Histogram<double> saves;
    private long updatesReceived;
    private long updatesDelivered;
    private long reconciled;

    /// <param name="meter">The node's.</param>
    public SessionMetrics(Meter meter)
    {
        meter.CreateObservableCounter("relay.updates.received", () => UpdatesReceived, "{update}",
            "Updates of clients that said something new.");
        meter.CreateObservableCounter("relay.updates.delivered", () => UpdatesDelivered, "{update}",
            "Entries handed to connections: each counts once for each connection of its document.");
        appends = meter.CreateHistogram("relay.append.duration", "s",
            "From the first try to append an entry to its delivery to the connections of this node.", null, Durations);
        loads = meter.CreateHistogram("relay.load.duration", "s",
            "Putting a document together from snapshot, peer and log.", null, Durations);
        saves = meter.CreateHistogram("relay.save.duration", "s",
            "Storing a snapshot and clearing away what it covers.", null, Durations);
        meter.CreateObservableCounter(
            "relay.documents.reconciled",
            () => Interlocked.Read(ref reconciled),
            "{document}",
            "Times that a document was put together anew beside its clients, because its log was lost or "
                + "another one had begun.");
    }

    /// <summary>The durations of appends once more, in finer steps.</summary>
    public LatencyCounts AppendLatency { get; } = new();

    /// <summary>Updates of clients that said something new, since the start.</summary>
    public long UpdatesReceived => Interlocked.Read(ref updatesReceived);

    /// <summary>Entries handed to connections since the start: each counts once for each connection.</summary>
    public long UpdatesDelivered => Interlocked.Read(ref updatesDelivered);

    /// <summary>Updates of one append came in.</summary>
    public void Received(int updates) => Interlocked.Add(ref updatesReceived, updates);

    /// <summary>An entry went to so many connections.</summary>
    public void Delivered(int connections) => Interlocked.Add(ref updatesDelivered, connections);

    public void Appended(TimeSpan took)
    {
        AppendLatency.Add(took);
        appends.Record(took.TotalSeconds);
    }

    public void Loaded(TimeSpan took, bool succeeded) => loads.Record(took.TotalSeconds, Of(succeeded));

    public void Saved(TimeSpan took, bool succeeded) => saves.Record(took.TotalSeconds, Of(succeeded));

    public void Reconciled() => Interlocked.Increment(ref reconciled);

    private static KeyValuePair<string, object?> Of(bool succeeded) => new(Outcome, succeeded ? "success" : "failure");
}
