using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>A file log in a directory of its own that a test can close, damage and open again.</summary>
public abstract class FileLogFixture : IAsyncLifetime
{
    private FileLog? log;

    internal TestDirectory Home { get; } = new();

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal FaultyDisk Disk { get; private set; } = new();

    internal TestLogger Logger { get; private set; } = new();

    protected FileLog Log => log ?? throw new InvalidOperationException("The log is closed.");

    protected int SegmentBytes { get; set; } = 64 << 20;

    protected FlushPolicy Flush { get; set; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
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
            new FileLogOptions
            {
                Directory = Home.Path,
                SegmentBytes = SegmentBytes,
                Flush = Flush,
                TimeProvider = Time,
                OpenFile = disk.Open,
                RunBeside = static flush => flush()
            },
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

    /// <summary>
    /// Closes the log and leaves its files as a killed process does: it is unknown how far the disk has them.
    /// </summary>
    protected async Task KillAsync()
    {
        await CloseAsync();
        Home.ForgetFlush();
    }

    protected async Task ReopenAsync()
    {
        await CloseAsync();
        Open();
    }

    protected async Task<LogReadResult> ReadAsync(DocumentName name) =>
        await Log.ReadAsync(name, Position.None, default).Soon();
}
