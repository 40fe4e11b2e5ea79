using Relay.Backplane;

namespace Relay.Startup;

/// <summary>The embedded stores: snapshots without S3, the log without Redis.</summary>
internal sealed record FileStoreOptions
{
    /// <summary>
    /// <c>FileStore:Path</c>: their directory, made if it is not there; relative to the working directory. Default:
    /// <c>./data</c>.
    /// </summary>
    public string Path { get; init; } = "./data";

    /// <summary>
    /// <c>FileStore:Shared</c>: all nodes see the same directory. Default: false, and then Redis without S3 stops the
    /// start: another node could not find the snapshots. A node that is alone need not say so.
    /// </summary>
    public bool IsShared { get; init; }

    /// <summary>
    /// <c>FileStore:Fsync</c>: when appends are flushed to the disk: <c>always</c>, <c>everysec</c> (default) or
    /// <c>never</c>.
    /// </summary>
    public FlushPolicy Fsync { get; init; } = FlushPolicy.EverySecond;

    public static FileStoreOptions Read(SettingsReader reader) => new()
    {
        Path = reader.Text("FileStore:Path") ?? "./data",
        IsShared = reader.Flag("FileStore:Shared", false),
        Fsync = ReadFsync(reader),
    };

    private static FlushPolicy ReadFsync(SettingsReader reader) => reader.Text("FileStore:Fsync") switch
    {
        "always" => FlushPolicy.Always,
        null or "everysec" => FlushPolicy.EverySecond,
        "never" => FlushPolicy.Never,
        var other => reader.Refuse("FileStore:Fsync", other, "always, everysec or never", FlushPolicy.EverySecond),
    };
}
