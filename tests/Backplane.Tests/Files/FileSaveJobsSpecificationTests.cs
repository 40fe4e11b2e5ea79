using Relay.Backplane.Specification;
using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class FileSaveJobsSpecificationTests : SaveJobsSpecification
{
    private readonly TestDirectory home = new();
    private FileLog? log;

    protected override Task<JobsNode> StartAsync(SaveJobOptions options)
    {
        log = FileLog.Open(new FileLogOptions { Directory = home.Path, Jobs = options }, new TestLogger());
        return Task.FromResult(new JobsNode(log, log));
    }

    protected override async Task StopAsync()
    {
        await log!.DisposeAsync();
        home.Dispose();
    }
}
