using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Relay.DocLocator;
using Relay.Health;
using Relay.Logging;

namespace Relay.Reports;

/// <summary>
/// Sends the state of the nodes to all dashboards that are open at this node: one reader for all of them, none without
/// a dashboard. A dashboard that reads too slowly misses events and gets the latest one next. When the node begins to
/// leave, the streams that are open end once, so that browsers behind a load balancer look at another node.
/// Thread-safe.
/// </summary>
internal sealed partial class DashboardFeed(ClusterReporter reporter, NodeIdentity node, NodeState state,
    DashboardFeedOptions options, TimeProvider time, ILogger<DashboardFeed> logger)
{
    private readonly Lock gate = new();
    private readonly HashSet<Channel<byte[]>> watchers = [];
    private byte[]? latest;
    private bool isRunning;
    private bool hasLeft;

    /// <summary>How many dashboards are open.</summary>
    public int Watchers
    {
        get
        {
            lock (gate)
            {
                return watchers.Count;
            }
        }
    }

    /// <summary>
    /// The views from now on, the latest first of all: each a <see cref="DashboardView"/> as JSON, encoded once for
    /// all who watch. Ends when the node begins to leave.
    /// </summary>
    public async IAsyncEnumerable<byte[]> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        Begin(channel);
        try
        {
            await foreach (var one in channel.Reader.ReadAllAsync(cancellation))
            {
                yield return one;
            }
        }
        finally
        {
            lock (gate)
            {
                watchers.Remove(channel);
            }
        }
    }

    private void Begin(Channel<byte[]> channel)
    {
        lock (gate)
        {
            watchers.Add(channel);
            if (latest is { } known)
            {
                channel.Writer.TryWrite(known);
            }

            if (!isRunning)
            {
                isRunning = true;
                _ = Task.Run(RunAsync);
            }
        }
    }

    private async Task RunAsync()
    {
        do
        {
            try
            {
                Tell(await MakeAsync());
            }
            catch (Exception exception)
            {
                // A bug. The next event may do.
                LogFailed(logger, exception);
            }

            await Task.Delay(options.Interval, time);
        }
        while (IsWatched());
    }

    private async ValueTask<byte[]> MakeAsync()
    {
        var view = DashboardView.Of(await reporter.ReadAsync(CancellationToken.None), node.Incarnation,
            time.GetUtcNow());
        return JsonSerializer.SerializeToUtf8Bytes(view, ReportFormat.Default.DashboardView);
    }

    private void Tell(byte[] one)
    {
        lock (gate)
        {
            latest = one;
            var ends = state.IsLeaving && !hasLeft;
            hasLeft |= ends;
            foreach (var watcher in watchers)
            {
                watcher.Writer.TryWrite(one);
                if (ends)
                {
                    watcher.Writer.Complete();
                }
            }
        }
    }

    /// <summary>Says whether to go on.</summary>
    private bool IsWatched()
    {
        lock (gate)
        {
            if (watchers.Count > 0)
            {
                return true;
            }

            latest = null;
            return isRunning = false;
        }
    }

    [LoggerMessage(LogEvents.DashboardFailed, LogLevel.Error, "The state of the nodes could not be sent to dashboards")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
