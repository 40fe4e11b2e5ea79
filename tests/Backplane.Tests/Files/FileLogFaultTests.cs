using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

/// <summary>Disks that fill up, break, or take their time.</summary>
public sealed class FileLogFaultTests : FileLogFixture
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(90)]
    public async Task A_full_disk_fails_the_append_shows_it_to_no_reader_and_passes(int room)
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 2);
        var recorder = new Recorder();
        await Log.SubscribeAsync(name, recorder, default).Soon();
        var length = Home.Bytes;
        Disk.Room = room;

        var entry = Sample.Update(new byte[200]);
        for (var i = 0; i < 3; i++)
        {
            var error = await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => Log.AppendAsync(name, positions[2].Epoch, entry, default).Soon());
            Assert.Contains("No space left", error.Message);
            Disk.Room = room;
        }

        Assert.Equal(length, Home.Bytes);
        Assert.True(recorder.HeardNothingMore);
        Assert.Equal(positions[2], (await ReadAsync(name)).End);
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.CheckpointAsync(name, positions[2], positions[2], default).Soon());
        Assert.Equal(["1", "2"], (await ReadAsync(name)).Entries.Texts());
        Assert.Single(Logger.Of(BackplaneEventId.FileLogWriteFailed));

        Disk.Room = long.MaxValue;
        var result = await Log.AppendAsync(name, positions[2].Epoch, entry, default).Soon();
        Assert.Equal((3, positions[2].Id), (result.Position.Offset, result.Previous));
        Assert.Equal(result.Position, (await recorder.EntryAsync()).Position);
        Assert.Single(Logger.Of(BackplaneEventId.FileLogWritesAgain));
        await ReopenAsync();
        Assert.Equal(result.Position, (await ReadAsync(name)).End);
        Assert.Empty(Logger.Of(BackplaneEventId.FileLogTailCut));
    }

    [Fact]
    public async Task A_failed_first_append_leaves_no_log()
    {
        Open();
        var name = Sample.Name();
        Disk.Room = 10;

        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.AppendAsync(name, 0, Sample.Update(1), default).Soon());

        Assert.Equal(LogReadOutcome.NoLog, (await ReadAsync(name)).Outcome);
        Assert.Empty(Log.UnsavedDocuments());
        Disk.Room = long.MaxValue;
        Assert.Equal(AppendOutcome.StartedEpoch,
            (await Log.AppendAsync(name, 0, Sample.Update(1), default).Soon()).Outcome);
    }

    [Fact]
    public async Task While_the_end_cannot_be_cut_back_appends_are_refused_and_reads_go_on()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 2);
        (Disk.Room, Disk.TruncateFails) = (50, true);
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.AppendAsync(name, positions[2].Epoch, Sample.Update(3), default).Soon());
        Disk.Room = long.MaxValue;

        var error = await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.AppendAsync(name, positions[2].Epoch, Sample.Update(3), default).Soon());

        Assert.Contains("cannot be cut back", error.Message);
        Assert.Equal(["1", "2"], (await ReadAsync(name)).Entries.Texts());
        Disk.TruncateFails = false;
        await Log.AppendAsync(name, positions[2].Epoch, Sample.Update(3), default).Soon();
        await ReopenAsync();
        Assert.Equal(["1", "2", "3"], (await ReadAsync(name)).Entries.Texts());
    }

    [Fact]
    public async Task A_restart_after_a_write_that_could_not_be_cut_back_cuts_it()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 2);
        (Disk.Room, Disk.TruncateFails) = (50, true);
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.AppendAsync(name, positions[2].Epoch, Sample.Update(3), default).Soon());

        await ReopenAsync();

        Assert.Contains("50 bytes", Assert.Single(Logger.Of(BackplaneEventId.FileLogTailCut)));
        Assert.Equal(["1", "2"], (await ReadAsync(name)).Entries.Texts());
    }

    [Fact]
    public async Task A_flush_that_fails_fails_the_append()
    {
        Flush = FlushPolicy.Always;
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);
        var flushes = Disk.Flushes;
        await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).Soon();
        Assert.Equal(flushes + 1, Disk.Flushes);
        Disk.FlushFails = true;

        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.AppendAsync(name, positions[1].Epoch, Sample.Update(3), default).Soon());

        Disk.FlushFails = false;
        Assert.Equal(2, (await ReadAsync(name)).End.Offset);
        await ReopenAsync();
        Assert.Equal(["1", "2"], (await ReadAsync(name)).Entries.Texts());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_segment_that_cannot_be_begun_fails_the_append_and_the_next_one_tries_again(bool opening)
    {
        SegmentBytes = FileLogOptions.MinSegmentBytes;
        Open();
        var name = Sample.Name();
        var epoch = (await Log.AppendAsync(name, 0, Sample.Update(new byte[3000]), default).Soon()).Position.Epoch;
        (Disk.OpenFails, Disk.Room) = (opening, 10);

        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.AppendAsync(name, epoch, Sample.Update(new byte[2000]), default).Soon());

        Disk.Room = long.MaxValue;
        await Log.AppendAsync(name, epoch, Sample.Update(new byte[5]), default).Soon();
        await ReopenAsync();
        Assert.Equal([3000, 5], (await ReadAsync(name)).Entries.Select(entry => entry.Payload.Length));
        await Log.AppendAsync(name, epoch, Sample.Update(new byte[2000]), default).Soon();
        await ReopenAsync();
        Assert.Equal([3000, 5, 2000], (await ReadAsync(name)).Entries.Select(entry => entry.Payload.Length));
        Assert.Equal(2, Home.Segments.Length);
    }

    [Fact]
    public async Task A_read_that_fails_says_that_the_backplane_is_not_there_and_condemns_no_document()
    {
        Open();
        var name = Sample.Name();
        await Log.FillAsync(name, 2);
        Disk.ReadFails = true;

        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => ReadAsync(name));

        Disk.ReadFails = false;
        Assert.Equal(["1", "2"], (await ReadAsync(name)).Entries.Texts());
    }

    [Fact]
    public async Task What_arrives_during_a_write_is_taken_by_the_next_one_in_order()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);
        var recorder = new Recorder();
        await Log.SubscribeAsync(name, recorder, default).Soon();
        await Log.WhenIdleAsync().Soon();
        using var entered = new SemaphoreSlim(0);
        using var released = new SemaphoreSlim(0);
        Disk.BeforeWrite = () =>
        {
            Disk.BeforeWrite = null;
            entered.Release();
            released.Pass();
        };
        Disk.Writes.Clear();
        var first = Task.Run(() => Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).AsTask());
        await entered.WaitAsync().Soon();

        var rest = Enumerable.Range(3, 100)
            .Select(i => Log.AppendAsync(name, positions[1].Epoch, Sample.Update(i), default).AsTask()).ToArray();
        Assert.All(rest, task => Assert.False(task.IsCompleted));
        Assert.Equal(1, (await ReadAsync(name)).End.Offset);
        Assert.True(recorder.HeardNothingMore);
        released.Release();

        Assert.Equal(2, (await first.Soon()).Position.Offset);
        Assert.Equal(Enumerable.Range(3, 100).Select(i => (long)i),
            (await Task.WhenAll(rest).Soon()).Select(result => result.Position.Offset));
        Assert.Equal(Enumerable.Range(2, 101).Select(i => $"{i}"), (await recorder.EntriesAsync(101)).Texts());
        Assert.Equal(2, Disk.Writes.Count);
    }

    [Fact]
    public async Task A_group_that_fails_fails_whole_and_nothing_of_it_is_seen()
    {
        Open();
        var (old, fresh) = (Sample.Name("old"), Sample.Name("fresh"));
        var positions = await Log.FillAsync(old, 2);
        var recorder = new Recorder();
        await Log.SubscribeAsync(old, recorder, default).Soon();
        await Log.WhenIdleAsync().Soon();
        using var entered = new SemaphoreSlim(0);
        using var released = new SemaphoreSlim(0);
        Disk.BeforeWrite = () =>
        {
            Disk.BeforeWrite = null;
            entered.Release();
            released.Pass();
            Disk.Room = 400;
        };
        var first = Task.Run(() => Log.AppendAsync(old, positions[1].Epoch, Sample.Update(3), default).AsTask());
        await entered.WaitAsync().Soon();
        var entry = Sample.Update(4);
        Task[] rest =
        [
            Log.AppendAsync(old, positions[1].Epoch, entry, default).AsTask(),
            Log.AppendAsync(old, positions[1].Epoch, entry.Again(), default).AsTask(),
            Log.AppendAsync(fresh, 0, Sample.Update(new byte[300]), default).AsTask(),
            Log.CheckpointAsync(old, positions[2], positions[1], default).AsTask(),
        ];
        released.Release();

        await first.Soon();
        foreach (var task in rest)
        {
            await Assert.ThrowsAsync<BackplaneUnavailableException>(() => task.Soon());
        }

        Disk.Room = long.MaxValue;
        Assert.Equal(["1", "2", "3"], (await ReadAsync(old)).Entries.Texts());
        Assert.Equal("3", (await recorder.EntriesAsync(1)).Texts()[0]);
        Assert.True(recorder.HeardNothingMore);
        Assert.Equal(LogReadOutcome.NoLog, (await ReadAsync(fresh)).Outcome);
        var again = await Log.AppendAsync(old, positions[1].Epoch, entry.Again(), default).Soon();
        Assert.Equal(4, again.Position.Offset);
    }

    [Fact]
    public async Task A_caller_that_gives_up_waiting_may_use_its_memory_again()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);
        await Log.WhenIdleAsync().Soon();
        using var entered = new SemaphoreSlim(0);
        using var released = new SemaphoreSlim(0);
        Disk.BeforeWrite = () =>
        {
            Disk.BeforeWrite = null;
            entered.Release();
            released.Pass();
        };
        var first = Task.Run(() => Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).AsTask());
        await entered.WaitAsync().Soon();
        using var impatience = new CancellationTokenSource();
        var memory = "3"u8.ToArray();
        var second = Log.AppendAsync(name, positions[1].Epoch, Sample.Update(memory), impatience.Token).AsTask();

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Soon());
        memory[0] = (byte)'X';
        released.Release();
        await first.Soon();
        await Log.WhenIdleAsync().Soon();

        Assert.Equal(["1", "2", "3"], (await ReadAsync(name)).Entries.Texts());
    }
}
