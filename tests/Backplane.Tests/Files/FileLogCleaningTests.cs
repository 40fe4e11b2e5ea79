using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>Segments, and how their space comes back.</summary>
public sealed class FileLogCleaningTests : FileLogFixture
{
    public FileLogCleaningTests() => SegmentBytes = FileLogOptions.MinSegmentBytes;

    [Fact]
    public async Task A_full_segment_is_followed_by_the_next_and_all_are_read()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 300);
        var big = await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(new byte[20_000]), default).Soon();
        await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(new byte[7]), default).Soon();

        Assert.True(Home.Segments.Length > 5);
        Assert.All(Home.Segments.SkipLast(2), path => Assert.InRange(new FileInfo(path).Length, 1, SegmentBytes));
        for (var start = 0; start < 2; start++)
        {
            var read = await ReadAsync(name);
            Assert.Equal(302, read.Entries.Count);
            Sample.AssertChained(positions[0], read.Entries);
            Assert.Equal(20_000, read.Entries[(int)big.Position.Offset - 1].Payload.Length);
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task A_node_that_trims_keeps_its_directory_small_for_ever()
    {
        Open();
        var busy = Enumerable.Range(0, 5).Select(i => Sample.Name($"busy {i}")).ToArray();
        var idle = Sample.Name("idle, never saved");
        await Log.FillAsync(idle, 20);
        var epochs = new long[5];
        var known = busy.Select(_ => new Queue<Position>()).ToArray();
        long peak = 0;
        for (var i = 0; i < 8_000; i++)
        {
            var d = i % 5;
            var result = await Log.AppendAsync(busy[d], epochs[d], Sample.Update(i), default).Soon();
            epochs[d] = result.Position.Epoch;
            known[d].Enqueue(result.Position);
            if (known[d].Count == 20)
            {
                var trim = Enumerable.Range(0, 10).Select(_ => known[d].Dequeue()).Last();
                await Log.CheckpointAsync(busy[d], result.Position, trim, default).Soon();
                await Log.WhenIdleAsync().Soon();
                peak = Math.Max(peak, Home.Bytes);
            }
        }

        // About 130 records of 120 bytes count; without cleaning it would be a megabyte.
        Assert.InRange(peak, 1, (2 * 20_000) + (4 * SegmentBytes));
        Assert.NotEmpty(Logger.Of(BackplaneEventId.FileLogSegmentRemoved));
        var before = new List<LogReadResult>();
        foreach (var name in busy)
        {
            before.Add(await ReadAsync(name));
        }

        await ReopenAsync();
        for (var d = 0; d < 5; d++)
        {
            var after = await ReadAsync(busy[d]);
            Assert.Equal(before[d].Entries.Select(entry => entry.Position),
                after.Entries.Select(entry => entry.Position));
            Assert.Equal((before[d].Start, before[d].End), (after.Start, after.End));
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), (await ReadAsync(idle)).Entries.Texts());
    }

    [Fact]
    public async Task A_reader_keeps_what_it_reads_while_its_segment_goes()
    {
        Open();
        var name = Sample.Name();
        await Log.FillAsync(name, 200);
        var stop = false;
        var reading = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                var read = await Log.ReadAsync(name, Position.None, default);
                Sample.AssertChained(read.Start, read.Entries);
            }
        });
        try
        {
            var positions = (await ReadAsync(name)).Entries.Select(entry => entry.Position).ToList();
            for (var i = 0; i < 1_000; i++)
            {
                var result = await Log.AppendAsync(name, positions[0].Epoch, Sample.Update(i), default).Soon();
                positions.Add(result.Position);
                if (i % 50 == 0)
                {
                    await Log.CheckpointAsync(name, positions[^1], positions[^150], default).Soon();
                }
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
        }

        await reading.Soon();
        await Log.WhenIdleAsync().Soon();
        Assert.InRange(Home.Bytes, 1, (2 * 250 * 150) + (4 * SegmentBytes));
    }

    [Fact]
    public async Task A_record_that_stands_there_twice_is_taken_once()
    {
        Open();
        var (kept, busy) = (Sample.Name("kept"), Sample.Name("busy"));
        await Log.FillAsync(kept, 20);
        using var before = new TestDirectory();
        var known = await Log.FillAsync(busy, 100);
        await Log.WhenIdleAsync().Soon();
        Home.CopyLogTo(before);
        var last = known[100];
        for (var i = 0; Logger.Of(BackplaneEventId.FileLogSegmentRemoved).Length == 0; i++)
        {
            Assert.True(i < 1000);
            last = (await Log.AppendAsync(busy, last.Epoch, Sample.Update(new byte[100]), default).Soon()).Position;
            await Log.CheckpointAsync(busy, last, last, default).Soon();
            await Log.WhenIdleAsync().Soon();
        }

        await CloseAsync();

        // As if the process had been killed between the copy and the removal.
        var first = Directory.GetFiles(before.Log).Order(StringComparer.Ordinal).First();
        var lost = Enumerable.Range(1, 100).Select(i => Path.Combine(Home.Log, Segment.NameOf(i)))
            .TakeWhile(path => !File.Exists(path)).ToArray();
        Assert.NotEmpty(lost);
        File.Copy(first, lost[0]);
        if (lost.Length > 1)
        {
            foreach (var path in lost[1..])
            {
                File.Copy(Path.Combine(before.Log, Path.GetFileName(path)), path);
            }
        }

        Open();
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), (await ReadAsync(kept)).Entries.Texts());
        Assert.Equal((last, last), ((await ReadAsync(busy)).Start, (await ReadAsync(busy)).End));
        await Log.WhenIdleAsync().Soon();
    }

    [Fact]
    public async Task Cleaning_without_room_for_copies_gives_up_and_tries_again()
    {
        Open();
        var (kept, busy) = (Sample.Name("kept"), Sample.Name("busy"));
        await Log.FillAsync(kept, 20);
        var last = (await Log.FillAsync(busy, 1))[1];
        for (var i = 0; Home.Bytes < 3.5 * SegmentBytes || i < 30; i++)
        {
            last = (await Log.AppendAsync(busy, last.Epoch, Sample.Update(new byte[300]), default).Soon()).Position;
        }

        await Log.WhenIdleAsync().Soon();
        var once = true;
        Disk.BeforeWrite = () =>
        {
            // The checkpoint's own write passes, the copies do not.
            Disk.Room = once ? long.MaxValue : 0;
            once = false;
        };
        await Log.CheckpointAsync(busy, last, last, default).Soon();
        await Log.WhenIdleAsync().Soon();
        Assert.NotEmpty(Logger.Of(BackplaneEventId.FileLogCleaningFailed));
        (Disk.BeforeWrite, Disk.Room) = (null, long.MaxValue);

        Time.Advance(TimeSpan.FromMinutes(10));
        await Log.WhenIdleAsync().Soon();

        Assert.InRange(Home.Bytes, 1, 2.9 * SegmentBytes);
        Assert.Equal(20, (await ReadAsync(kept)).Entries.Count);
        await ReopenAsync();
        Assert.Equal(20, (await ReadAsync(kept)).Entries.Count);
    }

    [Fact]
    public async Task A_damaged_segment_is_set_aside_its_bytes_kept_and_its_document_still_refused()
    {
        Open();
        var (bad, good, busy) = (Sample.Name("bad"), Sample.Name("good"), Sample.Name("busy"));
        await Log.AppendAsync(bad, 0, Sample.Update("find me here"u8.ToArray()), default).Soon();
        await Log.FillAsync(good, 5);
        await CloseAsync();
        var path = Home.Segments[0];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.AsSpan().IndexOf("find me here"u8)] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        Open();
        var last = (await Log.FillAsync(busy, 1))[1];
        for (var i = 0; Logger.Of(BackplaneEventId.FileLogSegmentSetAside).Length == 0; i++)
        {
            Assert.Empty(Logger.Of(BackplaneEventId.FileLogCleaningFailed));
            Assert.True(i < 1000);
            last = (await Log.AppendAsync(busy, last.Epoch, Sample.Update(new byte[300]), default).Soon()).Position;
            await Log.CheckpointAsync(busy, last, last, default).Soon();
            await Log.WhenIdleAsync().Soon();
        }

        Assert.False(File.Exists(path));
        Assert.Equal(bytes, (await File.ReadAllBytesAsync(path + ".damaged"))[..bytes.Length]);
        for (var start = 0; start < 2; start++)
        {
            var read = await ReadAsync(bad);
            Assert.Equal(LogReadOutcome.Damaged, read.Outcome);
            Assert.Contains(path, read.Problem);
            await Assert.ThrowsAsync<LogDamagedException>(
                () => Log.AppendAsync(bad, 0, Sample.Update(4), default).Soon());
            Assert.Equal(5, (await ReadAsync(good)).Entries.Count);
            await ReopenAsync();
        }

        // And still after the segment that says so was cleaned itself.
        for (var i = 0; i < 100; i++)
        {
            last = (await Log.AppendAsync(busy, last.Epoch, Sample.Update(new byte[300]), default).Soon()).Position;
            await Log.CheckpointAsync(busy, last, last, default).Soon();
            await Log.WhenIdleAsync().Soon();
        }

        await ReopenAsync();
        Assert.Equal(LogReadOutcome.Damaged, (await ReadAsync(bad)).Outcome);
        Assert.InRange(Home.Bytes, 1, 5 * SegmentBytes);
    }
}
