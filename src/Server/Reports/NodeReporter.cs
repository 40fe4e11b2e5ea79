using Relay.Connections;
using Relay.DocLocator;
using Relay.Health;
using Relay.Links;
using Relay.Sessions;
using Relay.Telemetry;

namespace Relay.Reports;

/// <summary>
/// Makes this node's report when it is asked for; between two requests it costs no time. Thread-safe.
/// </summary>
internal sealed class NodeReporter(NodeIdentity node, NodeState state, ConnectionRegistry connections,
    SessionRegistry sessions, RelayMetrics metrics, ServicesInUse services, TimeProvider time,
    LinkedChannel? links = null)
{
    /// <summary>
    /// Those who ask sooner after another one get the same answer: what happened "per second" needs some time to be
    /// measured in.
    /// </summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(500);

    private static readonly string Version = typeof(NodeReporter).Assembly.GetName().Version?.ToString(3) ?? "";

    private readonly Lock gate = new();
    private readonly BusiestRooms rooms = new();
    private readonly RecentLatency latency = new(metrics.Sessions.AppendLatency);
    private readonly DateTimeOffset startedAt = time.GetUtcNow();
    private NodeReport? last;
    private long lastAt = time.GetTimestamp();
    private TrafficCounts lastTraffic;
    private TimeSpan lastProcessorTime = Environment.CpuUsage.TotalTime;

    public NodeReport Take()
    {
        lock (gate)
        {
            var elapsed = time.GetElapsedTime(lastAt);
            if (last is null || elapsed >= Least)
            {
                last = Measure(elapsed > TimeSpan.Zero ? elapsed : Least);
            }

            return last;
        }
    }

    private NodeReport Measure(TimeSpan elapsed)
    {
        lastAt = time.GetTimestamp();
        var (traffic, before) = (metrics.Traffic, lastTraffic);
        var (processorTime, processorBefore) = (Environment.CpuUsage.TotalTime, lastProcessorTime);
        (lastTraffic, lastProcessorTime) = (traffic, processorTime);
        latency.Advance(elapsed);
        var seconds = elapsed.TotalSeconds;
        var busiest = rooms.LookAt(sessions.Totals, seconds);
        return new NodeReport
        {
            Address = node.Address,
            Incarnation = node.Incarnation,
            Version = Version,
            KnowsLinks = links is not null,
            StartedAt = startedAt,
            At = time.GetUtcNow(),
            State = state.IsLeaving
                ? "draining"
                : state.IsReady ? "ready" : state.WantsClients ? "waiting" : "starting",
            Connections = connections.Count,
            Rooms = rooms.Rooms,
            Documents = sessions.Count,
            UnsavedDocuments = rooms.Unsaved,
            UpdatesReceived = traffic.UpdatesReceived,
            UpdatesDelivered = traffic.UpdatesDelivered,
            BytesReceived = traffic.BytesReceived,
            BytesSent = traffic.BytesSent,
            Seconds = Math.Round(seconds, 3),
            UpdatesReceivedPerSecond = PerSecond(traffic.UpdatesReceived - before.UpdatesReceived),
            UpdatesDeliveredPerSecond = PerSecond(traffic.UpdatesDelivered - before.UpdatesDelivered),
            BytesReceivedPerSecond = PerSecond(traffic.BytesReceived - before.BytesReceived),
            BytesSentPerSecond = PerSecond(traffic.BytesSent - before.BytesSent),
            Latency = latency.Read(),
            ProcessorShare = Math.Clamp(
                Math.Round((processorTime - processorBefore) / elapsed / Environment.ProcessorCount, 4), 0, 1),
            MemoryBytes = Environment.WorkingSet,
            Services = services.Read(),
            BusiestRooms = busiest,
        };

        double PerSecond(long count) => Math.Round(count / seconds, 2);
    }
}
