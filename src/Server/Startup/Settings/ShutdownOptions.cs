namespace Relay.Startup;

/// <summary>How the node stops.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>
    /// Over this time the clients are asked, a few at a time, to connect elsewhere. Default: 5 s. A second signal
    /// closes the rest at once.
    /// </summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After that, how long saving and leaving the documents may take before the node stops all the same. Default:
    /// 20 s. What was not saved is in the log.
    /// </summary>
    public TimeSpan SaveTime { get; set; } = TimeSpan.FromSeconds(20);

    internal void Check(SettingsCheck check)
    {
        check.Time(DrainTime, TimeSpan.Zero, TimeSpan.FromHours(1));
        check.Time(SaveTime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
    }
}
