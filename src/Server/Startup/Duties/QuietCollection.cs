using Relay.Background;
using Relay.Sessions;

namespace Relay.Startup;

/// <summary>
/// Collects garbage when a node has become quiet after a burst: first beside the program, then, if little survives,
/// once more to give memory back. The runtime collects when something is allocated, so a node whose documents were all
/// left, or whose clients have all connected and are idle, would keep what the burst took. docs/performance.md has
/// the figures. The second step keeps everything waiting, so it is put off while clients send updates, however few.
/// </summary>
internal sealed class QuietCollection(
    IHeap heap,
    SessionMetrics metrics,
    QuietCollectionOptions options,
    TimeProvider time,
    ILogger<QuietCollection> logger)
    : PeriodicService(options.Interval, options.Interval, time, logger)
{
    private long? seen;
    private long seenUpdates;
    private long collectedAt;
    private bool isCollected;

    protected override Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        var allocated = heap.Allocated;
        if (seen is { } before)
        {
            Look(before, allocated);
        }
        else
        {
            collectedAt = allocated;
        }

        seen = allocated;
        return Task.FromResult(options.Interval);
    }

    private void Look(long before, long allocated)
    {
        var isQuiet = allocated - before < options.QuietBytes;
        var updates = metrics.UpdatesReceived;
        var isServing = updates != seenUpdates;
        seenUpdates = updates;
        if (!isQuiet)
        {
            isCollected = false;
        }
        else if (isCollected)
        {
            if (isServing)
            {
                return;
            }

            isCollected = false;
            if (heap.Survived <= options.CompactedBytes)
            {
                heap.Compact();
            }

            collectedAt = heap.Allocated;
        }
        else if (allocated - collectedAt > options.WorthwhileBytes)
        {
            heap.Collect();
            isCollected = true;
        }
    }
}
