using Relay.Backplane;

namespace Relay.Startup;

/// <summary>The embedded stores: snapshots without S3, the log without Redis.</summary>
internal sealed class FileStoreOptions
{
    private FlushPolicy flush = FlushPolicy.EverySecond;
    /// <summary>
    /// Their directory, made if it is not there; relative to the working directory. Default: <c>./data</c>.
    /// </summary>
    public string Path { get; set; } = "./data";

    /// <summary>
    /// All nodes see the same directory. Default: false, and then Redis without S3 stops the start: another node could
    /// not find the snapshots. A node that is alone need not say so.
    /// </summary>
    public bool Shared { get; set; }

    /// <summary>
    /// When appends are flushed to the disk: <c>always</c>, <c>everysec</c> or <c>never</c>. Default: <c>everysec</c>.
    /// </summary>
    public string Fsync { get; set; } = "everysec";

    /// <summary><see cref="Fsync"/>, read.</summary>
    internal FlushPolicy Flush() => flush;

    internal void Check(SettingsCheck check)
    {
        check.Text(Path);
        check.Flag(Shared);
        flush = check.Read(Fsync, TryRead, "always, everysec or never", flush);
    }

    private static bool TryRead(string text, out FlushPolicy policy)
    {
        (policy, var isOne) = text switch
        {
            "always" => (FlushPolicy.Always, true),
            "everysec" => (FlushPolicy.EverySecond, true),
            "never" => (FlushPolicy.Never, true),
            _ => (default, false),
        };
        return isOne;
    }
}
