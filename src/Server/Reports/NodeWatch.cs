using Relay.Background;
using Relay.Backplane;
using Relay.DocLocator;
using Relay.Links;
using Relay.Logging;
using Relay.Sessions;

namespace Relay.Reports;

/// <summary>
/// Notices that another node is dead, because its report has ended, and takes its clients' presence away: within 5 s
/// of the death, as reports live 4 s.
/// </summary>
internal sealed partial class NodeWatch(
    INodeReports reports,
    LinkedNodes linked,
    SessionRegistry sessions,
    NodeIdentity node,
    ReportWriterOptions options,
    TimeProvider time,
    ILogger<NodeWatch> logger,
    LinkedChannel? links = null) : PeriodicService(Interval, options.LongestRetry, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly LiveNodes nodes = new(node.Incarnation, options.Lifetime + TimeSpan.FromSeconds(1));

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        Compare(await TryListAsync(stopping));
        return Interval;
    }

    private async ValueTask<IReadOnlyList<string>?> TryListAsync(CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(options.Patience, Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            var listed = await reports.ListNodesAsync(patience.Token);
            await linked.LookAsync(listed, patience.Token);
            return listed;
        }
        catch (Exception exception) when (exception is BackplaneUnavailableException
            || (exception is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return null;
        }
    }

    private void Compare(IReadOnlyList<string>? listed)
    {
        var (ended, returned) = nodes.Compare(listed, Time.GetUtcNow());
        foreach (var incarnation in returned)
        {
            sessions.NodeReturned(ChannelNode.IdOf(incarnation));
        }

        foreach (var incarnation in ended)
        {
            LogNodeEnded(logger, incarnation);
            links?.NodeEnded(ChannelNode.IdOf(incarnation));
            sessions.NodeEnded(ChannelNode.IdOf(incarnation));
        }
    }

    [LoggerMessage(
        LogEvents.NodeEnded,
        LogLevel.Information,
        "Node {Incarnation} sends no more reports: the presence of its clients is removed")]
    private static partial void LogNodeEnded(ILogger logger, string incarnation);
}
