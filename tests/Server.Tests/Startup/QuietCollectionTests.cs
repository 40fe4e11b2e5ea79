using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Telemetry;

namespace Relay.Startup;

public sealed class QuietCollectionTests : IHeap, IDisposable
{
    private static readonly QuietCollectionOptions Options = new();

    private readonly ManualTime time = new();
    private readonly RelayMetrics metrics = new(new NodeGauges(() => 0, () => 0, () => 0, () => true));
    private readonly QuietCollection collection;
    private readonly List<string> done = [];
    private long allocated = 50 << 20;
    private long survived;
    private bool started;

    public QuietCollectionTests() => collection = new QuietCollection(
        this, metrics.Sessions, Options, time, NullLogger<QuietCollection>.Instance);

    long IHeap.Allocated => allocated;

    long IHeap.Survived => survived;

    void IHeap.Collect() => done.Add("collected");

    void IHeap.Compact() => done.Add("compacted");

    public void Dispose()
    {
        collection.Dispose();
        metrics.Dispose();
    }

    [Fact]
    public async Task After_a_burst_a_quiet_node_collects_and_then_compacts_once()
    {
        Assert.Equal("", await AfterAsync(Options.WorthwhileBytes * 2));
        Assert.Equal("collected", await AfterAsync(0));
        Assert.Equal("compacted", await AfterAsync(Options.QuietBytes - 1));
        Assert.Equal("", await AfterAsync(0));
        Assert.Equal("", await AfterAsync(0));
    }

    [Fact]
    public async Task A_node_that_is_never_quiet_or_has_little_to_give_is_left_alone()
    {
        Assert.Equal("", await AfterAsync(0));
        for (var look = 0; look < 20; look++)
        {
            Assert.Equal("", await AfterAsync(Options.QuietBytes));
        }

        Assert.Equal("collected", await AfterAsync(0));
    }

    [Fact]
    public async Task Little_by_little_counts_too()
    {
        var looks = 0;
        while ((await AfterAsync(Options.QuietBytes / 2)).Length == 0)
        {
            looks++;
        }

        Assert.Equal(2 * Options.WorthwhileBytes / Options.QuietBytes, looks);
    }

    [Fact]
    public async Task What_survives_is_not_moved_when_it_is_much()
    {
        survived = Options.CompactedBytes + 1;
        await AfterAsync(Options.WorthwhileBytes * 2);
        Assert.Equal("collected", await AfterAsync(0));
        Assert.Equal("", await AfterAsync(0));
        Assert.Equal("", await AfterAsync(0));
    }

    [Fact]
    public async Task A_burst_between_the_two_steps_puts_the_second_one_off()
    {
        await AfterAsync(Options.WorthwhileBytes * 2);
        Assert.Equal("collected", await AfterAsync(0));
        Assert.Equal("", await AfterAsync(Options.WorthwhileBytes * 2));
        Assert.Equal("collected", await AfterAsync(0));
        Assert.Equal("compacted", await AfterAsync(0));
    }

    [Fact]
    public async Task Clients_that_send_few_updates_are_not_kept_waiting_for_a_compaction()
    {
        await AfterAsync(Options.WorthwhileBytes * 2);
        Assert.Equal("collected", await AfterAsync(0));
        for (var look = 0; look < 5; look++)
        {
            metrics.Sessions.Received(1);
            Assert.Equal("", await AfterAsync(Options.QuietBytes / 10));
        }

        Assert.Equal("compacted", await AfterAsync(0));
    }

    /// <summary>What one look led to, so many bytes after the one before.</summary>
    private async Task<string> AfterAsync(long bytes)
    {
        if (!started)
        {
            started = true;
            await collection.StartAsync(CancellationToken.None);
            await time.IsSetAsync(Options.Interval);
        }

        allocated += bytes;
        done.Clear();
        time.Advance(Options.Interval);
        await time.IsSetAsync(Options.Interval);
        return string.Join(", ", done);
    }
}
