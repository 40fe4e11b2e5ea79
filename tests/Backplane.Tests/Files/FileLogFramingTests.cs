using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

/// <summary>Files of which it is not clear any more where records begin.</summary>
public sealed class FileLogFramingTests(ITestOutputHelper output) : FileLogFixture
{
    [Fact]
    public async Task Lost_framing_in_the_middle_stops_the_start_and_changes_nothing()
    {
        SegmentBytes = FileLogOptions.MinSegmentBytes;
        Open();
        await Log.FillAsync(Sample.Name(), 100);
        await CloseAsync();
        var first = Home.Segments[0];
        var original = await File.ReadAllBytesAsync(first);
        byte[][] wrong = [original[..^1], original[..100], [], [.. original, 0],
            [.. original.Select(value => (byte)~value)]];
        foreach (var bytes in wrong)
        {
            await File.WriteAllBytesAsync(first, bytes);
            var error = Assert.Throws<FileLogStartException>(Open);
            Assert.Contains(first, error.Message);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(first));
        }

        File.Delete(Home.Segments[1]);
        await File.WriteAllBytesAsync(first, original);
        Assert.Contains("lacks 00000000000000000002.log", Assert.Throws<FileLogStartException>(Open).Message);
    }

    [Fact]
    public async Task Lost_framing_in_the_last_segment_stops_the_start_only_if_records_follow()
    {
        Open();
        var name = Sample.Name();
        await Log.FillAsync(name, 3);
        await CloseAsync();
        var path = Home.Segments[0];
        var bytes = await File.ReadAllBytesAsync(path);
        var length = (bytes.Length - Segment.HeaderLength) / 3;
        bytes[Segment.HeaderLength + length + 20] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var error = Assert.Throws<FileLogStartException>(Open);

        Assert.Contains($"offset {Segment.HeaderLength + length}", error.Message);
        await File.WriteAllBytesAsync(path, bytes[..^length]);
        Open();
        Assert.Single((await ReadAsync(name)).Entries);
    }

    [Fact]
    public async Task A_group_that_the_disk_wrote_in_another_order_is_a_tail_when_no_caller_was_told()
    {
        Flush = FlushPolicy.Always;
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 2);
        await Log.WhenIdleAsync().Soon();
        var path = Home.Segments[0];
        var good = (int)new FileInfo(path).Length;
        using var entered = new SemaphoreSlim(0);
        using var released = new SemaphoreSlim(0);
        Disk.BeforeWrite = () =>
        {
            Disk.BeforeWrite = null;
            entered.Release();
            released.Pass();
        };
        var first = Task.Run(() => Log.AppendAsync(name, positions[2].Epoch, Sample.Update(3), default).AsTask());
        await entered.WaitAsync().Soon();
        var group = Enumerable.Range(4, 3)
            .Select(i => Log.AppendAsync(name, positions[2].Epoch, Sample.Update(i), default).AsTask()).ToArray();
        released.Release();
        await first.Soon();
        await Task.WhenAll(group).Soon();
        await KillAsync();
        var bytes = await File.ReadAllBytesAsync(path);
        var record = (bytes.Length - good) / 4;

        // The first record of the flushed group is missing, the others are there.
        var torn = bytes.ToArray();
        Array.Clear(torn, good + record, record);
        await File.WriteAllBytesAsync(path, torn);
        Open();
        Assert.Equal(["1", "2", "3"], (await ReadAsync(name)).Entries.Texts());
        Assert.Contains($"{3 * record} bytes", Assert.Single(Logger.Of(BackplaneEventId.FileLogTailCut)));
        await KillAsync();

        // A record of an earlier group, which was acknowledged, is no tail.
        torn = bytes.ToArray();
        Array.Clear(torn, good, record);
        await File.WriteAllBytesAsync(path, torn);
        Assert.Throws<FileLogStartException>(Open);
    }

    [Fact]
    public async Task Payloads_that_look_like_segment_files_are_payloads()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 20);
        await CloseAsync();
        var path = Home.Segments[0];
        var image = await File.ReadAllBytesAsync(path);
        Open();
        await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(image), default).Soon();
        await CloseAsync();
        await using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length - 1);
        }

        Open();

        Assert.Equal(positions[20], (await ReadAsync(name)).End);
        Assert.Single(Logger.Of(BackplaneEventId.FileLogTailCut));
    }

    [Fact]
    public async Task Fuzzed_segments_start_or_are_refused_with_the_documented_exception()
    {
        var random = Seed.Next(output);
        SegmentBytes = FileLogOptions.MinSegmentBytes;
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 120);
        await Log.CheckpointAsync(name, positions[100], positions[10], default).Soon();
        await CloseAsync();
        using var original = new TestDirectory();
        Home.CopyLogTo(original);
        var starts = 0;
        for (var round = 0; round < 300; round++)
        {
            foreach (var path in Directory.GetFiles(Home.Log, "*.log*"))
            {
                File.Delete(path);
            }

            original.CopyLogTo(Home);
            Fuzz(random, Home.Segments[random.Next(Home.Segments.Length)]);
            try
            {
                Open();
            }
            catch (FileLogStartException)
            {
                continue;
            }

            starts++;
            var read = await ReadAsync(name);
            if (read.Outcome is LogReadOutcome.Entries or LogReadOutcome.Trimmed)
            {
                Sample.AssertChained(read.Start, read.Entries);
                Assert.Equal(positions[((int)read.Start.Offset + 1)..((int)read.End.Offset + 1)],
                    read.Entries.Select(entry => entry.Position));
            }

            await CloseAsync();
        }

        output.WriteLine($"{starts} of 300 started");
    }

    private static void Fuzz(Random random, string path)
    {
        var bytes = File.ReadAllBytes(path).ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Count);
            var count = Math.Min(random.Next(1, 200), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, count); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                default:
                    for (var k = 0; k < count; k++)
                    {
                        bytes[at + k] = (byte)random.Next(256);
                    }

                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        File.WriteAllBytes(path, [.. bytes]);
    }
}
