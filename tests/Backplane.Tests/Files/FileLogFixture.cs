using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>A file log in a directory of its own that a test can close, damage and open again.</summary>
public abstract class FileLogFixture : IAsyncLifetime
{
    private FileLog? log;

    internal TestDirectory Home { get; } = new();

    internal ManualTime Time { get; } = new();

    internal FaultyDisk Disk { get; private set; } = new();

    internal TestLogger Logger { get; private set; } = new();

    protected FileLog Log => log ?? throw new InvalidOperationException("The log is closed.");

    protected int SegmentBytes { get; set; } = 64 << 20;

    protected bool Fsync { get; set; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await CloseAsync();
        Home.Dispose();
    }

    protected void Open()
    {
        Assert.Null(log);
        Logger = new TestLogger();
        Disk = new FaultyDisk();
        var disk = Disk;
        log = FileLog.Open(
            new FileLogOptions { Directory = Home.Path, SegmentBytes = SegmentBytes, Fsync = Fsync, TimeProvider = Time, OpenFile = disk.Open },
            Logger);
    }

    protected async Task CloseAsync()
    {
        if (log is not null)
        {
            await log.DisposeAsync().Soon();
            log = null;
        }
    }

    protected async Task ReopenAsync()
    {
        await CloseAsync();
        Open();
    }

    protected async Task<LogReadResult> ReadAsync(DocumentName name) => await Log.ReadAsync(name, Position.None, default).Soon();
}
