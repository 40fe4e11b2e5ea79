namespace Relay.Startup;

/// <summary>How often a node says that it lives.</summary>
internal sealed record HeartbeatOptions
{
    /// <summary>From one beat to the next. Default: 5 s, a third of the locator's expiry: two may be missed.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait after a first failed beat; it doubles up to <see cref="Interval"/>. Default: 500 ms.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long the start waits for the first beat. Default: 3 s: a node without the locator starts all the same, and
    /// is found by others once a beat went through.
    /// </summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(3);
}
