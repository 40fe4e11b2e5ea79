namespace Relay.Startup;

/// <summary>How the node stops.</summary>
internal sealed record ShutdownOptions
{
    /// <summary>
    /// <c>Shutdown:DrainTime</c>: over this time the clients are asked, a few at a time, to connect elsewhere. Default:
    /// 5 s. A second signal closes the rest at once.
    /// </summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// <c>Shutdown:SaveTime</c>: after that, how long saving and leaving the documents may take before the node stops
    /// all the same. Default: 20 s. What was not saved is in the log.
    /// </summary>
    public TimeSpan SaveTime { get; init; } = TimeSpan.FromSeconds(20);

    public static ShutdownOptions Read(SettingsReader reader) => new()
    {
        DrainTime = reader.Time("Shutdown:DrainTime", TimeSpan.FromSeconds(5), TimeSpan.Zero, TimeSpan.FromHours(1)),
        SaveTime = reader.Time("Shutdown:SaveTime", TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1),
            TimeSpan.FromHours(1)),
    };
}
