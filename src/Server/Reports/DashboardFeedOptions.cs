namespace Relay.Reports;

/// <summary>How often dashboards are told how the nodes do.</summary>
internal sealed record DashboardFeedOptions
{
    /// <summary>From one event to the next. Default: 750 ms; see <see cref="ReportWriterOptions.Interval"/>.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(750);
}
