using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>Power cuts: what the policy promises is there, and no log is refused or has a hole.</summary>
public sealed class FileLogPowerCutTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(FlushPolicy.EverySecond)]
    [InlineData(FlushPolicy.Always)]
    [InlineData(FlushPolicy.Never)]
    public async Task A_power_cut_costs_at_most_what_the_policy_says(FlushPolicy policy)
    {
        var random = Seed.Next(output);
        for (var course = 0; course < 60; course++)
        {
            await PlayAsync(policy, random);
        }
    }

    [Fact]
    public async Task What_a_failed_flush_dropped_is_written_again_and_nothing_is_accepted_meanwhile()
    {
        await using var world = new Machine(FlushPolicy.EverySecond);
        var name = Sample.Name();
        var first = await world.Log.AppendAsync(name, 0, Sample.Update(new byte[3000]), default).Soon();
        var epoch = first.Position.Epoch;
        world.Disk.FlushFails = true;
        world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(world.Log.WritesFail);

        var error = await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => world.Log.AppendAsync(name, epoch, Sample.Update(2), default).Soon());
        Assert.Contains("could not be flushed", error.Message);
        Assert.Single((await world.Log.ReadAsync(name, Position.None, default).Soon()).Entries);
        Assert.Single(world.Logger.Of(BackplaneEventId.FileLogWriteFailed));

        world.Disk.FlushFails = false;
        world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(world.Log.WritesFail);
        var second = await world.Log.AppendAsync(name, epoch, Sample.Update(2), default).Soon();
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.CutAsync(new Random(1));
        var read = await world.Log.ReadAsync(name, Position.None, default).Soon();
        Assert.Equal([first.Position, second.Position], read.Entries.Select(entry => entry.Position));
    }

    [Fact]
    public async Task While_the_disk_takes_longer_than_a_second_appends_wait_for_it()
    {
        await using var world = new Machine(FlushPolicy.EverySecond);
        var name = Sample.Name();
        var positions = await world.Log.FillAsync(name, 1);
        using var released = new SemaphoreSlim(0);
        var flush = await HoldFlushAsync(world, LogFlusher.Delay, released);

        // The disk is slow, but not yet too slow.
        await world.Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).Soon();
        await Task.Run(() => world.Time.Advance(LogFlusher.Patience)).Soon();
        var waiting = world.Log.AppendAsync(name, positions[1].Epoch, Sample.Update(3), default).AsTask();
        await world.Log.WhenIdleAsync().Soon();
        Assert.False(waiting.IsCompleted);

        released.Release();
        await flush.Soon();
        Assert.Equal(3, (await waiting.Soon()).Position.Offset);
    }

    [Fact]
    public async Task A_sweep_writes_none_of_the_appends_that_wait_for_the_disk()
    {
        await using var world = new Machine(FlushPolicy.EverySecond);
        var name = Sample.Name();
        var positions = await world.Log.FillAsync(name, 1);
        using var released = new SemaphoreSlim(0);
        var flush = await HoldFlushAsync(world, LogFlusher.Patience, released);
        var waiting = world.Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).AsTask();

        world.Log.Sweep();
        await world.Log.WhenIdleAsync().Soon();
        var written = (await world.Log.ReadAsync(name, Position.None, default).Soon()).Entries.Count;

        released.Release();
        await flush.Soon();
        Assert.Equal(1, written);
        Assert.Equal(2, (await waiting.Soon()).Position.Offset);
    }

    [Fact]
    public async Task A_log_that_closes_while_appends_wait_for_the_disk_answers_them_first()
    {
        await using var world = new Machine(FlushPolicy.EverySecond);
        var name = Sample.Name();
        var positions = await world.Log.FillAsync(name, 1);
        using var released = new SemaphoreSlim(0);
        var flush = await HoldFlushAsync(world, LogFlusher.Patience, released);
        var waiting = world.Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).AsTask();

        var closing = world.Log.DisposeAsync().AsTask();
        released.Release();
        await closing.Soon();
        await flush.Soon();
        Assert.Equal(2, (await waiting.Soon()).Position.Offset);
    }

    /// <summary>Lets some time pass, in which a flush begins that goes on until it is released.</summary>
    private static async Task<Task> HoldFlushAsync(Machine world, TimeSpan time, SemaphoreSlim released)
    {
        await world.Log.WhenIdleAsync().Soon();
        using var entered = new SemaphoreSlim(0);
        world.Disk.BeforeFlush = () =>
        {
            world.Disk.BeforeFlush = null;
            entered.Release();
            released.Wait();
        };
        var flush = Task.Run(() => world.Time.Advance(time));
        await entered.WaitAsync().Soon();
        return flush;
    }

    private static async Task PlayAsync(FlushPolicy policy, Random random)
    {
        await using var world = new Machine(policy);
        var names = Enumerable.Range(0, 4).Select(i => Sample.Name($"{i}")).ToArray();
        var appended = names.ToDictionary(name => name, _ => new List<(LoggedEntry Entry, DateTimeOffset At)>());
        for (var cut = 0; cut < 3; cut++)
        {
            for (var step = random.Next(40); step > 0; step--)
            {
                if (random.Next(4) == 0)
                {
                    world.Time.Advance(TimeSpan.FromMilliseconds(random.Next(900)));
                }

                if (random.Next(60) == 0)
                {
                    await world.RestartAsync();
                }

                await AppendAsync(world, names[random.Next(names.Length)], appended, random);
            }

            await world.Log.WhenIdleAsync().Soon();
            await world.CutAsync(random);
            var mayBeLostSince = policy switch
            {
                FlushPolicy.Always => DateTimeOffset.MaxValue,
                FlushPolicy.EverySecond => world.Time.GetUtcNow() - TimeSpan.FromSeconds(1),
                _ => DateTimeOffset.MinValue,
            };
            foreach (var (name, all) in appended)
            {
                var read = await world.Log.ReadAsync(name, Position.None, default).Soon();
                var promised = all.Count(one => one.At < mayBeLostSince);
                Assert.True(
                    read.Entries.Count >= promised && read.Entries.Count <= all.Count,
                    $"{policy} {read.Outcome} {read.Problem} {read.Entries.Count} of {promised} promised and "
                        + $"{all.Count} appended; "
                        + $"{string.Join("; ", world.Logger.Of(BackplaneEventId.FileLogTailCut))}");
                Assert.Equal(all.Take(read.Entries.Count).Select(one => one.Entry.Position),
                    read.Entries.Select(entry => entry.Position));
                Assert.All(all.Zip(read.Entries),
                    pair => Assert.True(pair.First.Entry.Payload.Span.SequenceEqual(pair.Second.Payload.Span)));
                all.RemoveRange(read.Entries.Count, all.Count - read.Entries.Count);
            }

            Assert.Empty(world.Logger.Of(BackplaneEventId.FileLogDocumentDamaged));
        }
    }

    private static async Task AppendAsync(
        Machine world,
        DocumentName name,
        Dictionary<DocumentName, List<(LoggedEntry Entry, DateTimeOffset At)>> appended,
        Random random)
    {
        var all = appended[name];
        var entry = Sample.Update(random, 1500);
        var result = await world.Log.AppendAsync(name, all.Count == 0 ? 0 : all[0].Entry.Position.Epoch, entry, default)
            .Soon();
        all.Add((new LoggedEntry(result.Position, result.Previous, entry.Kind, entry.Payload), world.Time.GetUtcNow()));
    }

    /// <summary>A log on a disk whose power can be cut.</summary>
    private sealed class Machine : IAsyncDisposable
    {
        private readonly FlushPolicy policy;
        private TestDirectory home = new();

        public Machine(FlushPolicy policy)
        {
            this.policy = policy;
            Log = Open();
        }

        public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        public PowerCutDisk Disk { get; private set; } = new();

        public TestLogger Logger { get; private set; } = new();

        public FileLog Log { get; private set; }

        /// <summary>The process stops as it should and starts again.</summary>
        public async Task RestartAsync()
        {
            await Log.DisposeAsync().Soon();
            Log = Open();
        }

        /// <summary>The machine goes off and on again.</summary>
        public async Task CutAsync(Random random)
        {
            var next = new TestDirectory();
            Disk.Cut(random, next.Log);
            home.CopyFlushTo(next);
            await Log.DisposeAsync().Soon();
            home.Dispose();
            (home, Disk, Logger) = (next, new PowerCutDisk(), new TestLogger());
            Log = Open();
        }

        public async ValueTask DisposeAsync()
        {
            await Log.DisposeAsync();
            home.Dispose();
        }

        private FileLog Open() => FileLog.Open(
            new FileLogOptions
            {
                Directory = home.Path,
                SegmentBytes = FileLogOptions.MinSegmentBytes * 2,
                Flush = policy,
                TimeProvider = Time,
                OpenFile = Disk.Open,
                RunBeside = static flush => flush()
            },
            Logger);
    }
}
