using Relay.Persistence;

namespace Relay.Startup;

/// <summary>How documents are kept in memory and saved.</summary>
internal sealed class DocumentsOptions
{
    private SnapshotRetention retention = SnapshotRetention.Default;
    /// <summary>
    /// From the last connection's close until the document is saved and leaves memory. Default: 30 s, which outlasts a
    /// reload and a short loss of network.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest time that a change waits for a snapshot, up to twice that in documents of more than 4 MiB; sooner
    /// when the log holds 4 MiB, or a quarter of the document's size, that none covers. Default: 1 min. The log has
    /// every change meanwhile.
    /// </summary>
    public TimeSpan SaveInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Which old snapshots stay, as in <c>last=10,hourly=24,daily=30</c>. Default:
    /// <see cref="SnapshotRetention.Default"/>.
    /// </summary>
    public string? KeepSnapshots { get; set; }

    /// <summary>
    /// Drops deleted content, as Yjs does. Default: true; false serves clients with <c>gc: false</c>.
    /// </summary>
    public bool GarbageCollection { get; set; } = true;

    /// <summary><see cref="KeepSnapshots"/>, read.</summary>
    internal SnapshotRetention Retention() => retention;

    internal void Check(SettingsCheck check)
    {
        check.Time(IdleTimeout, TimeSpan.Zero, TimeSpan.FromDays(1));
        check.Time(SaveInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));
        check.Flag(GarbageCollection);
        check.Text(KeepSnapshots);
        if (KeepSnapshots is null)
        {
            return;
        }

        if (SnapshotRetention.TryParse(KeepSnapshots, out var read, out var error))
        {
            retention = read;
        }
        else
        {
            check.Refuse($"{check.Key(KeepSnapshots)} is '{KeepSnapshots}': {error}");
        }
    }
}
