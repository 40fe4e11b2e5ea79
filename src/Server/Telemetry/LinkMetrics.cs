using System.Diagnostics.Metrics;

namespace Relay.Telemetry;

/// <summary>What is counted of links to other nodes. Thread-safe.</summary>
internal sealed class LinkMetrics
{
    private long open;
    private long sent;
    private long overChannel;

    /// <param name="meter">The node's.</param>
    public LinkMetrics(Meter meter)
    {
        meter.CreateObservableUpDownCounter("relay.links.open", () => Interlocked.Read(ref open), "{link}",
            "Links to other nodes.");
        meter.CreateObservableCounter("relay.links.messages", () => Interlocked.Read(ref sent), "{message}",
            "Presence and messages of applications that went to other nodes over links.");
        meter.CreateObservableCounter("relay.links.fallbacks", () => Interlocked.Read(ref overChannel), "{message}",
            "Presence and messages of applications that went over Redis instead, because a link was missing.");
    }

    public void LinkOpened() => Interlocked.Increment(ref open);

    public void LinkClosed() => Interlocked.Decrement(ref open);

    /// <summary>So many messages went to all holders of a document.</summary>
    public void Sent(int messages) => Interlocked.Add(ref sent, messages);

    public void WentOverChannel() => Interlocked.Increment(ref overChannel);
}
