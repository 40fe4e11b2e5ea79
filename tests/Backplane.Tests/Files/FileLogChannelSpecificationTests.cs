using Relay.Backplane.Specification;
using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class FileLogChannelSpecificationTests : DocumentChannelSpecification
{
    private readonly TestDirectory home = new();
    private FileLog? log;

    protected override Task<BackplaneNode> StartAsync()
    {
        log = FileLog.Open(new FileLogOptions { Directory = home.Path, SegmentBytes = 8192 }, new TestLogger());
        return Task.FromResult(new BackplaneNode(log, log));
    }

    protected override Task<BackplaneNode> JoinAsync(BackplaneNode first) => Task.FromResult(first);

    protected override async Task StopAsync()
    {
        await log!.DisposeAsync();
        home.Dispose();
    }
}
