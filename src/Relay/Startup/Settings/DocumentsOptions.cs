using Relay.Persistence;

namespace Relay.Startup;

/// <summary>How documents are kept in memory and saved.</summary>
internal sealed record DocumentsOptions
{
    /// <summary>
    /// <c>Documents:IdleTimeout</c>: from the last connection's close until the document is saved and leaves memory.
    /// Default: 30 s, which outlasts a reload and a short loss of network.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// <c>Documents:SaveInterval</c>: the longest time that a change waits for a snapshot, up to twice that in
    /// documents of more than 4 MiB; sooner when the log holds 4 MiB, or a quarter of the document's size, that none
    /// covers. Default: 1 min. The log has every change meanwhile.
    /// </summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// <c>Documents:KeepSnapshots</c>: which old snapshots stay, as in <c>last=10,hourly=24,daily=30</c> (the default).
    /// </summary>
    public SnapshotRetention KeepSnapshots { get; init; } = SnapshotRetention.Default;

    /// <summary>
    /// <c>Documents:GarbageCollection</c>: drop deleted content, as Yjs does. Default: true; false serves clients with
    /// <c>gc: false</c>.
    /// </summary>
    public bool GarbageCollection { get; init; } = true;

    public static DocumentsOptions Read(SettingsReader reader)
    {
        var keep = SnapshotRetention.Default;
        if (reader.Text("Documents:KeepSnapshots") is { } text)
        {
            if (SnapshotRetention.TryParse(text, out var parsed, out var error))
            {
                keep = parsed;
            }
            else
            {
                reader.Refuse($"Relay:Documents:KeepSnapshots is '{text}': {error}");
            }
        }

        return new DocumentsOptions
        {
            IdleTimeout = reader.Time("Documents:IdleTimeout", TimeSpan.FromSeconds(30), TimeSpan.Zero,
                TimeSpan.FromDays(1)),
            SaveInterval = reader.Time("Documents:SaveInterval", TimeSpan.FromMinutes(1),
                TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
            KeepSnapshots = keep,
            GarbageCollection = reader.Flag("Documents:GarbageCollection", true),
        };
    }
}
