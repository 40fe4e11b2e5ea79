using System.Threading.Channels;
using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class FileLogTests : FileLogFixture
{
    [Fact]
    public async Task A_restart_finds_entries_checkpoints_and_the_end()
    {
        Open();
        var (kept, trimmed, whole) = (Sample.Name("kept"), Sample.Name("trimmed"), Sample.Name("whole"));
        var keptAt = await Log.FillAsync(kept, 4);
        var trimmedAt = await Log.FillAsync(trimmed, 6);
        var wholeAt = await Log.FillAsync(whole, 3);
        await Log.CheckpointAsync(trimmed, trimmedAt[4], trimmedAt[2], default).Soon();
        await Log.CheckpointAsync(whole, wholeAt[3], wholeAt[3], default).Soon();

        await ReopenAsync();

        Assert.Equal(["1", "2", "3", "4"], (await ReadAsync(kept)).Entries.Texts());
        var read = await ReadAsync(trimmed);
        Assert.Equal(LogReadOutcome.Trimmed, read.Outcome);
        Assert.Equal((trimmedAt[2], trimmedAt[6]), (read.Start, read.End));
        Assert.Equal(["3", "4", "5", "6"], read.Entries.Texts());
        Assert.Equal(wholeAt[3], (await ReadAsync(whole)).End);
        Assert.Equal([kept, trimmed], Log.UnsavedDocuments().OrderBy(name => name.Value));
        var next = await Log.AppendAsync(whole, wholeAt[3].Epoch, Sample.Update(4), default).Soon();
        Assert.Equal((4, wholeAt[3].Id), (next.Position.Offset, next.Previous));
        await Log.CheckpointAsync(trimmed, trimmedAt[3], trimmedAt[3], default).Soon();
        await Log.CheckpointAsync(trimmed, trimmedAt[6], trimmedAt[5], default).Soon();
        Assert.Equal(["6"], (await ReadAsync(trimmed)).Entries.Texts());
        Assert.Equal(keptAt[4], (await ReadAsync(kept)).End);
    }

    [Fact]
    public async Task A_repeat_is_recognised_after_a_restart()
    {
        Open();
        var name = Sample.Name();
        var entry = Sample.Update(1);
        var first = await Log.AppendAsync(name, 0, entry, default).Soon();

        await ReopenAsync();

        Assert.Equal(first, await Log.AppendAsync(name, 0, entry.Again(), default).Soon());
        Assert.Single((await ReadAsync(name)).Entries);
    }

    [Fact]
    public async Task Unsaved_documents_are_those_whose_end_is_not_covered()
    {
        Open();
        var (saved, unsaved, partly) = (Sample.Name("a"), Sample.Name("b"), Sample.Name("c"));
        var savedAt = await Log.FillAsync(saved, 2);
        await Log.FillAsync(unsaved, 2);
        var partlyAt = await Log.FillAsync(partly, 2);
        await Log.CheckpointAsync(saved, savedAt[2], Position.None, default).Soon();
        await Log.CheckpointAsync(partly, partlyAt[1], Position.None, default).Soon();
        await Log.CheckpointAsync(unsaved, savedAt[2], Position.None, default).Soon();

        Assert.Equal([unsaved, partly], Log.UnsavedDocuments().OrderBy(name => name.Value));
        await ReopenAsync();
        Assert.Equal([unsaved, partly], Log.UnsavedDocuments().OrderBy(name => name.Value));
    }

    [Fact]
    public async Task A_second_log_in_the_same_directory_is_refused_with_the_way_out()
    {
        Open();

        var error = Assert.Throws<FileLogStartException>(
            () => FileLog.Open(new FileLogOptions { Directory = Home.Path }, new TestLogger()));

        Assert.Contains("Another process uses the log directory", error.Message);
        Assert.Contains(Home.Log, error.Message);
        Assert.Contains("Redis:Configuration", error.Message);
        await Log.FillAsync(Sample.Name(), 1);
        await ReopenAsync();
    }

    [Fact]
    public void A_directory_that_cannot_be_made_stops_the_start_with_a_sentence()
    {
        File.WriteAllText(Home.Log, "a file where the directory should be");

        var error = Assert.Throws<FileLogStartException>(Open);

        Assert.Contains("FileStore:Path", error.Message);
        File.Delete(Home.Log);
    }

    [Fact]
    public async Task A_listener_sees_only_what_a_restart_would_find()
    {
        Open();
        var name = Sample.Name();
        var listener = new Copier(Home);
        await Log.SubscribeAsync(name, listener, default).Soon();

        // The listener may hear of an entry later than the caller of the append.
        var epoch = 0L;
        for (var i = 1; i <= 3; i++)
        {
            epoch = (await Log.AppendAsync(name, epoch, Sample.Update(i), default).Soon()).Position.Epoch;
            using var directory = await listener.Copies.Reader.ReadAsync().Soon();
            await using var copy = FileLog.Open(new FileLogOptions { Directory = directory.Path }, new TestLogger());
            Assert.Equal(i, (await copy.ReadAsync(name, Position.None, default).Soon()).Entries.Count);
        }
    }

    [Fact]
    public async Task A_listener_may_append_from_within_a_call()
    {
        Open();
        var name = Sample.Name();
        var listener = new Replier(Log, name);
        await Log.SubscribeAsync(name, listener, default).Soon();

        await Log.AppendAsync(name, 0, Sample.Update(1), default).Soon();
        await listener.Replied.Task.Soon();

        Assert.Equal(["1", "reply"], (await ReadAsync(name)).Entries.Texts());
    }

    [Fact]
    public async Task After_disposal_calls_say_so()
    {
        Open();
        var name = Sample.Name();
        var log = Log;
        await log.FillAsync(name, 1);
        await CloseAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => log.AppendAsync(name, 0, Sample.Update(1), default).Soon());
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => log.CheckpointAsync(name, default, default, default).Soon());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => log.ReadAsync(name, default, default).Soon());
        await log.DisposeAsync().Soon();
    }

    [Fact]
    public async Task Entries_that_are_none_are_refused()
    {
        Open();
        var name = Sample.Name();
        LogEntry[] wrong =
        [
            new(EntryId.None, EntryKind.Update, new byte[] { 1 }),
            new(Sample.Id(), 0, new byte[] { 1 }),
            new(Sample.Id(), (EntryKind)4, default),
            new(Sample.Id(), EntryKind.Deleted, new byte[] { 1 }),
            new(Sample.Id(), EntryKind.Created, new byte[] { 1 }),
        ];

        foreach (var entry in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Log.AppendAsync(name, 0, entry, default).Soon());
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Log.AppendAsync(name, -1, Sample.Update(1), default).Soon());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Log.AppendAsync(name, long.MaxValue, Sample.Update(1), default).Soon());
        Assert.Empty(Log.UnsavedDocuments());
    }

    [Fact]
    public async Task An_append_without_company_allocates_little_and_completes_at_once()
    {
        Open();
        var name = Sample.Name();
        var epoch = (await Log.AppendAsync(name, 0, Sample.Update(1), default).Soon()).Position.Epoch;
        await Log.WhenIdleAsync().Soon();
        var entries = Enumerable.Range(0, 1000).Select(i => Sample.Update(new byte[100])).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var entry in entries)
        {
            var append = Log.AppendAsync(name, epoch, entry, default);
            Assert.True(append.IsCompletedSuccessfully);
            await append;
        }

        // The payload's copy (128 bytes) and the index, which doubles now and then.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / entries.Length, 0, 300);
    }

    /// <summary>Copies the directory at the moment of each call.</summary>
    private sealed class Copier(TestDirectory home) : IChannelListener
    {
        public Channel<TestDirectory> Copies { get; } = Channel.CreateUnbounded<TestDirectory>();

        public void OnEntry(in LoggedEntry entry)
        {
            var copy = new TestDirectory();
            home.CopyLogTo(copy);
            Copies.Writer.TryWrite(copy);
        }

        public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
        {
        }

        public void OnStateless(ulong sender, ReadOnlyMemory<byte> message)
        {
        }

        public void OnSaved(Position position)
        {
        }

        public void OnInterrupted()
        {
        }
    }

    private sealed class Replier(FileLog log, DocumentName name) : IChannelListener
    {
        public TaskCompletionSource Replied { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnEntry(in LoggedEntry entry)
        {
            if (entry.Position.Offset == 1)
            {
                _ = ReplyAsync(entry.Position.Epoch);
            }
        }

        public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
        {
        }

        public void OnStateless(ulong sender, ReadOnlyMemory<byte> message)
        {
        }

        public void OnSaved(Position position)
        {
        }

        public void OnInterrupted()
        {
        }

        private async Task ReplyAsync(long epoch)
        {
            await log.AppendAsync(name, epoch, Sample.Update("reply"u8.ToArray()), default);
            Replied.SetResult();
        }
    }
}
