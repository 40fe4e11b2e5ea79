namespace Relay.Startup;

/// <summary>How patient a start is with its services.</summary>
internal sealed record StartCheckOptions
{
    /// <summary>
    /// How long the start waits for all checks before the node listens and goes on without being ready. Default: 5 s:
    /// what is set up wrongly is mostly found by then, and the node has not said that it lives.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The wait after a first failed try; it doubles up to <see cref="LongestRetry"/>. Default: 500 ms.
    /// </summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two tries. Default: 5 s.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(5);
}
