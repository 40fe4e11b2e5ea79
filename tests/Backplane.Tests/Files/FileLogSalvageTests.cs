using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>A document whose log does not read begins anew with what reads, and the old log is kept.</summary>
public sealed class FileLogSalvageTests : FileLogFixture
{
    private static readonly byte[] Marked = "find me here"u8.ToArray();

    [Fact]
    public async Task What_reads_of_a_damaged_log_is_handed_out_with_the_end_that_it_had()
    {
        var (bad, positions, _) = await DamageAsync();
        var salvaged = (await Log.SalvageAsync(bad, default).AsTask().Soon())!;
        Assert.Equal(["1", "3"], salvaged.Entries.Texts());
        Assert.Equal(positions[3], salvaged.End);
        Assert.False(salvaged.MayLackEnd);
        Assert.Contains(positions[2].ToString(), salvaged.Problem);
    }

    [Fact]
    public async Task A_damaged_log_begins_anew_and_its_bytes_are_kept_as_they_are()
    {
        var (bad, positions, good) = await DamageAsync();
        var entry = Sample.Update("all that is left"u8.ToArray());
        var place = (await Log.SetAsideAsync(bad, entry, default).AsTask().Soon())!;
        var kept = await File.ReadAllBytesAsync(place);
        var damaged = Marked.ToArray();
        damaged[0] ^= 1;
        Assert.True(kept.AsSpan().IndexOf(damaged) > 0);
        for (var start = 0; start < 2; start++)
        {
            var read = await ReadAsync(bad);
            Assert.Equal(LogReadOutcome.Entries, read.Outcome);
            Assert.Equal(entry.Id, Assert.Single(read.Entries).Position.Id);
            Assert.True(read.End.Epoch > positions[3].Epoch);
            Assert.Equal(["1", "2"], (await ReadAsync(good)).Entries.Texts());
            await ReopenAsync();
        }

        Assert.Equal(kept, await File.ReadAllBytesAsync(place));
        var end = (await ReadAsync(bad)).End;
        Assert.Equal(2, (await Log.AppendAsync(bad, end.Epoch, Sample.Update(2), default).Soon()).Position.Offset);
        Assert.Null(await Log.SalvageAsync(bad, default).AsTask().Soon());
    }

    [Fact]
    public async Task The_document_is_a_job_to_be_saved_and_no_longer_one_to_be_mended()
    {
        var (bad, _, _) = await DamageAsync();
        Assert.NotNull((await Log.ListAsync(10, default).Soon()).Single(job => job.Document == bad).Problem);
        await Log.SetAsideAsync(bad, Sample.Update(1), default).AsTask().Soon();
        Assert.Null((await Log.ListAsync(10, default).Soon()).Single(job => job.Document == bad).Problem);
        var end = (await ReadAsync(bad)).End;
        await Log.CheckpointAsync(bad, end, Position.None, default).Soon();
        Assert.DoesNotContain(await Log.ListAsync(10, default).Soon(), job => job.Document == bad);
    }

    [Fact]
    public async Task Listeners_hear_of_the_new_log()
    {
        var (bad, positions, _) = await DamageAsync();
        var recorder = new Recorder();
        await using var subscription = await Log.SubscribeAsync(bad, recorder, default).Soon();
        await Log.SetAsideAsync(bad, Sample.Update(1), default).AsTask().Soon();
        Assert.True((await recorder.EntryAsync()).Position.Epoch > positions[3].Epoch);
    }

    [Fact]
    public async Task A_log_that_reads_and_one_that_is_not_there_stay_as_they_are()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 2);
        foreach (var document in new[] { name, Sample.Name() })
        {
            Assert.Null(await Log.SalvageAsync(document, default).AsTask().Soon());
            Assert.Null(await Log.SetAsideAsync(document, Sample.Update(9), default).AsTask().Soon());
        }

        Assert.Equal(positions[2], (await ReadAsync(name)).End);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Home.Segments[0])!, "*" + DamagedLogs.AsideSuffix));
    }

    [Fact]
    public async Task A_disk_that_refuses_the_new_log_leaves_the_old_one_to_be_set_aside_again()
    {
        var (bad, _, _) = await DamageAsync();
        Disk.Room = 0;
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => Log.SetAsideAsync(bad, Sample.Update(1), default).AsTask().Soon());
        Disk.Room = long.MaxValue;
        Assert.Equal(["1", "3"], (await Log.SalvageAsync(bad, default).AsTask().Soon())!.Entries.Texts());
        Assert.NotNull(await Log.SetAsideAsync(bad, Sample.Update(1), default).AsTask().Soon());
        Assert.Equal(["1"], (await ReadAsync(bad)).Entries.Texts());
    }

    [Fact]
    public async Task A_document_whose_damaged_segment_has_left_the_log_begins_anew_too()
    {
        SegmentBytes = 4096;
        var (bad, _, _) = await DamageAsync();
        var busy = Sample.Name("busy");
        var last = (await Log.FillAsync(busy, 1))[1];
        await CleanAsync(() => Logger.Of(BackplaneEventId.FileLogSegmentSetAside).Length > 0);
        await ReopenAsync();
        var salvaged = (await Log.SalvageAsync(bad, default).AsTask().Soon())!;
        Assert.Equal(["1", "3"], salvaged.Entries.Texts());
        Assert.True(salvaged.MayLackEnd);
        Assert.NotNull(await Log.SetAsideAsync(bad, Sample.Update(7), default).AsTask().Soon());
        var epoch = (await ReadAsync(bad)).End.Epoch;
        for (var start = 0; start < 2; start++)
        {
            await ReopenAsync();
            Assert.Equal(["7"], (await ReadAsync(bad)).Entries.Texts());
            Assert.Equal(epoch, (await ReadAsync(bad)).End.Epoch);
            var rounds = 0;
            await CleanAsync(() => rounds++ == 50);
        }

        async Task CleanAsync(Func<bool> isEnough)
        {
            for (var i = 0; !isEnough(); i++)
            {
                Assert.True(i < 1000);
                last = (await Log.AppendAsync(busy, last.Epoch, Sample.Update(new byte[300]), default).Soon()).Position;
                await Log.CheckpointAsync(busy, last, last, default).Soon();
                await Log.WhenIdleAsync().Soon();
            }
        }
    }

    /// <summary>Opens a log whose document "bad" has three entries, of which the second does not read.</summary>
    private async Task<(DocumentName Bad, Position[] Positions, DocumentName Good)> DamageAsync()
    {
        Open();
        var (bad, good) = (Sample.Name("bad"), Sample.Name("good"));
        var first = (await Log.FillAsync(bad, 1))[1];
        var second = (await Log.AppendAsync(bad, first.Epoch, Sample.Update(Marked), default).Soon()).Position;
        var third = (await Log.AppendAsync(bad, first.Epoch, Sample.Update(3), default).Soon()).Position;
        await Log.FillAsync(good, 2);
        await CloseAsync();
        var bytes = await File.ReadAllBytesAsync(Home.Segments[0]);
        bytes[bytes.AsSpan().IndexOf(Marked)] ^= 1;
        await File.WriteAllBytesAsync(Home.Segments[0], bytes);
        Open();
        Assert.Equal(LogReadOutcome.Damaged, (await ReadAsync(bad)).Outcome);
        return (bad, [default, first, second, third], good);
    }
}
