namespace Relay.Reports;

/// <summary>How often a node says how it does, where others want to know.</summary>
internal sealed record ReportWriterOptions
{
    /// <summary>
    /// From one report to the next. Default: 750 ms: with as long until a dashboard reads it, what happens is seen
    /// within two seconds.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(750);

    /// <summary>How long the report of a node that does not say more is shown. Default: 4 s.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long Redis may take to store a report. Default: 2 s; the next one is newer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The longest pause after a round that failed otherwise than by Redis, which is a fault of this program. Default:
    /// 30 s.
    /// </summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);
}
