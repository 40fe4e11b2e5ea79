namespace Relay.Persistence;

/// <summary>Writes of snapshots to a directory take turns.</summary>
public sealed class DirectoryWriteTurnsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly DirectorySnapshotStore store;

    public DirectoryWriteTurnsTests() => store = DirectorySnapshotStore.Open(directory.Path, TimeProvider.System);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task No_more_than_the_stated_number_of_writes_runs_at_a_time()
    {
        var (running, most) = (0, 0);
        store.Writer.BeforeStep = (step, _) =>
        {
            if (step == DirectoryWriteStep.CreateFolder)
            {
                var now = Interlocked.Increment(ref running);
                for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                {
                    Interlocked.CompareExchange(ref most, now, seen);
                }
            }
            else if (step == DirectoryWriteStep.FlushFolders)
            {
                Interlocked.Decrement(ref running);
            }
        };

        await Task.WhenAll(
            Enumerable.Range(1, 40).Select(i => store.WriteAsync(Samples.State(Samples.At(1, i)), default).Soon()));

        Assert.InRange(most, 1, SnapshotFileWriter.ConcurrentWrites);
    }

    [Fact]
    public async Task A_write_that_waits_for_its_turn_has_no_copy_of_its_snapshot_yet()
    {
        using var begun = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        store.Writer.BeforeStep = (step, _) =>
        {
            if (step == DirectoryWriteStep.CreateFolder)
            {
                begun.Release();
                goOn.Wait();
            }
        };
        var writes = Enumerable.Range(1, SnapshotFileWriter.ConcurrentWrites)
            .Select(i => Task.Run(() => store.WriteAsync(Samples.State(Samples.At(1, i)), default).Soon())).ToList();
        for (var i = 0; i < writes.Count; i++)
        {
            Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        var large = Samples.State(Samples.At(2, 1), null, new byte[1 << 20]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var waiting = store.WriteAsync(large, default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);

        goOn.Set();
        await Task.WhenAll([.. writes, waiting.Soon()]);
        Assert.Equal(SnapshotFileWriter.ConcurrentWrites + 1,
            (await store.ListAsync(Samples.Document, default).Soon()).Count);
    }
}
