using System.Globalization;
using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>What stands in Redis: expiry, names, large entries, pages and lost keys.</summary>
public sealed class RedisLogKeysTests : RedisFixture
{
    private static readonly string[] Kinds = ["head", "log"];

    [Fact]
    public async Task A_covered_log_expires_and_an_append_takes_the_expiry_back()
    {
        var node = await OpenAsync();
        var name = Sample.Name();
        var positions = await node.FillAsync(name, 3);
        Assert.All(await ExpiriesAsync(name), left => Assert.Equal(-1, left));

        await node.CheckpointAsync(name, positions[2], positions[1], default).Soon();
        Assert.All(await ExpiriesAsync(name), left => Assert.Equal(-1, left));
        await node.CheckpointAsync(name, positions[3], positions[2], default).Soon();
        Assert.All(await ExpiriesAsync(name), left => Assert.InRange(left, 23 * 3600_000, 24 * 3600_000));

        await node.AppendAsync(name, positions[3].Epoch, Sample.Update(4), default).Soon();
        Assert.All(await ExpiriesAsync(name), left => Assert.Equal(-1, left));
    }

    [Fact]
    public async Task A_covered_log_that_is_open_here_is_renewed_and_others_go()
    {
        var node = await OpenAsync(
            Options with
            {
                // The expiry is Redis': a machine that lets the node stand still for less than this fails no test.
                CoveredLogRetention = TimeSpan.FromSeconds(5),
                LogRenewalInterval = TimeSpan.FromMilliseconds(250)
            });
        var (open, left) = (Sample.Name("open"), Sample.Name("left"));
        await node.SubscribeAsync(open, new Recorder(), default).Soon();
        foreach (var name in new[] { open, left })
        {
            await node.CheckpointAsync(name, (await node.FillAsync(name, 2))[2], Position.None, default).Soon();
        }

        await GoneAsync(node, left);
        var later = Sample.Name("later");
        await node.CheckpointAsync(later, (await node.FillAsync(later, 1))[1], Position.None, default).Soon();
        await GoneAsync(node, later);

        Assert.Equal(LogReadOutcome.Entries, (await node.ReadAsync(open, Position.None, default).Soon()).Outcome);
        var next = await node.AppendAsync(left, 0, Sample.Update(1), default).Soon();
        Assert.Equal(AppendOutcome.StartedEpoch, next.Outcome);
    }

    [Fact]
    public async Task Keys_carry_the_partitions_tag_whatever_the_name()
    {
        string[] texts = ["}", "{r0}", "}{", "relay:{r1}:jobs", "a:b", "*", " ", "%7D", "\u0000", "日本", "head:x",
            "x", new('ü', 512)];
        var node = await OpenAsync();
        var recorders = new Dictionary<string, Recorder>();
        foreach (var text in texts)
        {
            recorders[text] = new Recorder();
            await node.SubscribeAsync(DocumentName.Create(text), recorders[text], default).Soon();
        }

        foreach (var text in texts)
        {
            await node.AppendAsync(DocumentName.Create(text), 0,
                Sample.Update(System.Text.Encoding.UTF8.GetBytes(text)), default).Soon();
        }

        foreach (var (text, recorder) in recorders)
        {
            Assert.Equal([text], (await recorder.EntriesAsync(1)).Texts());
            Assert.True(recorder.HeardNothingMore);
            Assert.Equal(DocumentName.Create(text), RedisKeys.Decode(RedisKeys.Encode(DocumentName.Create(text))));
        }

        Assert.Equal(texts.Order(StringComparer.Ordinal),
            (await node.ListAsync(100, default).Soon()).Select(job => job.Document.Value)
            .Order(StringComparer.Ordinal));
        var all = (await Server.CommandAsync("KEYS", "*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(all, key => Assert.Matches("^relay:\\{r[0-9]+\\}:[a-z]+(:[A-Za-z0-9%._~-]+)?$", key));
    }

    [Fact]
    public void Partitions_stay_where_they_are_and_are_used_evenly()
    {
        // All nodes of all versions must agree.
        var keys = new RedisKeys("relay", 256);
        Assert.Equal([130, 74, 52],
            new[] { "a", "b", "demo" }.Select(text => keys.PartitionOf(DocumentName.Create(text))));

        var shares = Enumerable.Range(0, 25_600).GroupBy(i => keys.PartitionOf(DocumentName.Create($"room-{i}")))
            .Select(share => share.Count()).ToArray();
        Assert.Equal(256, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, 50, 150));
    }

    [Fact]
    public async Task Large_entries_are_published_by_position_and_heard_whole_in_order()
    {
        var node = await OpenAsync(Options with { MaxPublishedBytes = 100 });
        var name = Sample.Name();
        var recorder = new Recorder();
        await node.SubscribeAsync(name, recorder, default).Soon();
        var payloads = new[] { 10, 100, 101, 5, 500_000, 3, 200,
            0 }.Select(size => Enumerable.Range(0, size).Select(i => (byte)i).ToArray()).ToArray();
        var epoch = 0L;
        foreach (var payload in payloads)
        {
            epoch = (await node.AppendAsync(name, epoch, Sample.Update(payload), default).Soon()).Position.Epoch;
        }

        var heard = await recorder.EntriesAsync(payloads.Length);

        Assert.Equal(payloads, heard.Select(entry => entry.Payload.ToArray()));
        Sample.AssertChained(new Position(epoch, 0, EntryId.None), heard);
    }

    [Fact]
    public async Task A_long_log_is_read_in_pages()
    {
        var node = await OpenAsync(Options with { PageBytes = 1000 });
        var name = Sample.Name();
        var positions = await node.FillAsync(name, 700);
        await node.AppendAsync(name, positions[1].Epoch, Sample.Update(new byte[5000]), default).Soon();

        var read = await node.ReadAsync(name, positions[3], default).Soon();

        Assert.Equal(698, read.Entries.Count);
        Assert.Equal(read.End, read.Entries[^1].Position);
        Sample.AssertChained(positions[3], read.Entries);
        Assert.Equal(LogReadOutcome.OtherEntry,
            (await node.ReadAsync(name, positions[9] with { Id = Sample.Id() }, default).Soon()).Outcome);
        Assert.Equal(701,
            (await node.ReadAsync(name, positions[9] with { Id = Sample.Id() }, default).Soon()).Entries.Count);
    }

    [Fact]
    public Task A_log_without_its_head_is_no_log() => LosePartAsync("DEL", "head");

    [Fact]
    public Task A_log_without_its_entries_is_no_log() => LosePartAsync("DEL", "log");

    [Fact]
    public Task A_log_without_its_last_entry_is_no_log() => LosePartAsync("RPOP", "log");

    [Fact]
    public async Task Nodes_with_other_settings_do_not_start_while_one_runs()
    {
        var setting = new Dictionary<string, string> { ["Documents:GarbageCollection"] = "true" };
        await OpenAsync(Options with { SharedSettings = setting });
        await OpenAsync(Options with { SharedSettings = setting });

        var other = new Dictionary<string, string> { ["Documents:GarbageCollection"] = "false" };
        var refused = await Assert.ThrowsAsync<RedisStartException>(
            () => OpenAsync(Options with { SharedSettings = other }));

        Assert.StartsWith("Documents:GarbageCollection is false here and true on", refused.Message);
    }

    private static Task GoneAsync(RedisBackplane node, DocumentName name) => Patience.UntilAsync(
        async () => (await node.ReadAsync(name, Position.None, default)).Outcome == LogReadOutcome.NoLog);

    private async Task<long[]> ExpiriesAsync(DocumentName name)
    {
        var left = new List<long>();
        foreach (var kind in Kinds)
        {
            left.Add(long.Parse(await Server.CommandAsync("PTTL", Key(name, kind)), CultureInfo.InvariantCulture));
        }

        return [.. left];
    }

    private async Task LosePartAsync(string command, string kind)
    {
        var node = await OpenAsync();
        foreach (var hasRead in new[] { false, true })
        {
            var name = Sample.Name();
            var positions = await node.FillAsync(name, 3);

            await Server.CommandAsync(command, Key(name, kind));

            Assert.Equal(LogReadOutcome.NoLog, (await node.ReadAsync(name, positions[1], default).Soon()).Outcome);

            // Who has not read means the epoch that was; who has read there is no log knows of no epoch.
            var next = await node.AppendAsync(name, hasRead ? 0 : positions[3].Epoch, Sample.Update(1), default).Soon();
            Assert.Equal((AppendOutcome.StartedEpoch, 1L), (next.Outcome, next.Position.Offset));
            Assert.True(next.Position.Epoch > positions[3].Epoch);
            Assert.Equal(["1"], (await node.ReadAsync(name, Position.None, default).Soon()).Entries.Texts());
        }
    }
}
