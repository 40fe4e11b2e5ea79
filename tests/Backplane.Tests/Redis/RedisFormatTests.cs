using System.Buffers.Binary;
using Relay.Backplane.Support;
using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>What nodes of newer and older versions leave in Redis and say on channels.</summary>
public sealed class RedisFormatTests : RedisFixture
{
    private static readonly OptionalFields Skipped = OptionalFields.None.With(2, [1, 2, 3]).With(8, []);
    private static readonly OptionalFields Required = OptionalFields.None.With(2, [1]).With(9, [7]);

    [Fact]
    public async Task An_unknown_optional_field_is_heard_read_and_kept_by_a_trim()
    {
        var (writer, reader) = (await OpenAsync(), await OpenAsync(Options with { MaxPublishedBytes = 2 }));
        var name = Sample.Name();
        var recorder = new Recorder();
        await reader.SubscribeAsync(name, recorder, default).Soon();
        var first = await writer.AppendAsync(name, 0, Sample.Update(1), default).Soon();
        await writer.AppendAsync(
            name, first.Position.Epoch, Sample.Update(2) with { Fields = Skipped }, default).Soon();
        await reader.AppendAsync(
            name, first.Position.Epoch, Sample.Update(3, 4, 5) with { Fields = Skipped }, default).Soon();

        var heard = await recorder.EntriesAsync(3);
        await writer.CheckpointAsync(name, first.Position, first.Position, default).Soon();
        var read = await writer.ReadAsync(name, first.Position, default).Soon();

        Assert.Equal(LogReadOutcome.Entries, read.Outcome);
        Assert.All([.. heard[1..], .. read.Entries],
            entry => Assert.Equal(Skipped.Bytes.ToArray(), entry.Fields.Bytes.ToArray()));
        Assert.Equal([3, 4, 5], heard[2].Payload.ToArray());
        Assert.Equal([3, 4, 5], read.Entries[1].Payload.ToArray());
    }

    [Fact]
    public async Task An_unknown_required_field_interrupts_listeners_and_the_read_names_it()
    {
        var logger = new TestLogger();
        var (writer, reader) = (await OpenAsync(), Keep(await RedisNode.OpenAsync(Options, logger)));
        var name = Sample.Name();
        var recorder = new Recorder();
        await reader.SubscribeAsync(name, recorder, default).Soon();
        var first = await writer.AppendAsync(name, 0, Sample.Update(1), default).Soon();
        await recorder.EntryAsync();

        await writer.AppendAsync(name, first.Position.Epoch, Sample.Update(2) with { Fields = Required }, default)
            .Soon();

        await recorder.InterruptedAsync();
        var read = await reader.ReadAsync(name, first.Position, default).Soon();
        Assert.Equal(LogReadOutcome.Damaged, read.Outcome);
        Assert.Empty(read.Entries);
        Assert.Contains($"what Redis holds after {first.Position} has the required field 9", read.Problem);
        Assert.Contains("required field 9", Assert.Single(logger.Of(BackplaneEventId.RedisMessageUnknown)));
        Assert.Equal("2", await Server.CommandAsync("LLEN", Key(name, "log")));
    }

    [Theory]
    [InlineData(0x01, "is of a Relay from before entries had versions")]
    [InlineData(0x21, "has entry version 2, and this Relay reads version 1")]
    [InlineData(0x14, "is of the unknown kind 4")]
    public async Task An_entry_of_another_version_or_kind_refuses_its_document(byte mark, string words)
    {
        var node = await OpenAsync();
        var name = Sample.Name();
        var positions = await node.FillAsync(name, 2);
        using var redis = await ConnectionMultiplexer.ConnectAsync(Server.Address);
        var key = Key(name, "log");
        var entry = (byte[])(await redis.GetDatabase().ListGetByIndexAsync(key, 1))!;
        entry[8] = mark;
        await redis.GetDatabase().ListSetByIndexAsync(key, 1, entry);

        var read = await node.ReadAsync(name, Position.None, default).Soon();

        Assert.Equal(LogReadOutcome.Damaged, read.Outcome);
        Assert.Contains($"after {positions[1]} {words}", read.Problem);
    }

    [Fact]
    public async Task Documents_of_another_layout_stop_the_start()
    {
        await Server.CommandAsync("HSET", "relay:{r17}:count", "incarnation", "x", "count", "5");
        var old = await Assert.ThrowsAsync<RedisStartException>(() => OpenAsync());
        Assert.Equal("Redis holds documents in layout 1 (of a Relay from before layouts had numbers), and this Relay "
            + "reads and writes layout 4 only. Nothing was changed: start the version that wrote it, or give this one "
            + "an empty Redis.", old.Message);
        await Server.CommandAsync("HSET", "relay:{r17}:count", "layout", "5");
        var newer = await Assert.ThrowsAsync<RedisStartException>(() => OpenAsync());
        Assert.StartsWith("Redis holds documents in layout 5, and this Relay", newer.Message, StringComparison.Ordinal);

        await Server.CommandAsync("HSET", "relay:{r17}:count", "layout", RedisLayout.Current);
        await OpenAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(512)]
    public async Task Documents_of_another_number_of_partitions_stop_the_start(int partitions)
    {
        var node = await OpenAsync();
        await node.AppendAsync(Sample.Name(), 0, Sample.Update(1), default).Soon();
        var other = await Assert.ThrowsAsync<RedisStartException>(
            () => OpenAsync(Options with { Partitions = partitions }));
        Assert.Equal($"Redis:Partitions is {partitions} here, and Redis holds the documents in 256 partitions: it is "
            + "fixed by the first node. Nothing was changed: set it to that, or give this node an empty Redis.",
            other.Message);
        await OpenAsync();
    }

    [Fact]
    public async Task The_number_of_partitions_is_written_again_when_Redis_lost_it()
    {
        await OpenAsync(Options with { SettingsRenewalInterval = TimeSpan.FromMilliseconds(50) });
        var key = (string)new RedisKeys("relay", 512).PartitionCount!;
        Assert.Equal("256", await Server.CommandAsync("GET", key));
        await Server.CommandAsync("FLUSHALL");
        await Patience.UntilAsync(async () => await Server.CommandAsync("GET", key) == "256");
    }

    [Fact]
    public async Task Nodes_that_run_with_another_layout_stop_the_start()
    {
        var settings = (string)new RedisKeys("relay", 256).Settings!;
        await Server.CommandAsync("HSET", settings, "Documents:GarbageCollection", "true");
        var old = await Assert.ThrowsAsync<RedisStartException>(() => OpenAsync());
        Assert.StartsWith("The nodes that run on this Redis use layout 1 (of a Relay from before layouts had numbers)",
            old.Message, StringComparison.Ordinal);
        await Server.CommandAsync("HSET", settings, "layout", "5");
        Assert.Contains("use layout 5,", (await Assert.ThrowsAsync<RedisStartException>(() => OpenAsync())).Message);
    }

    [Fact]
    public async Task The_node_that_begins_a_partition_says_its_layout()
    {
        var node = await OpenAsync();
        var (written, heard) = (DocumentName.Create("a"), DocumentName.Create("b"));
        await node.AppendAsync(written, 0, Sample.Update(1), default).Soon();
        await node.SubscribeAsync(heard, new Recorder(), default).Soon();

        foreach (var name in new[] { written, heard })
        {
            var key = (string)Keys(name).Count!;
            Assert.Equal(RedisLayout.Current, await Server.CommandAsync("HGET", key, "layout"));
        }

        await OpenAsync();
    }

    [Fact]
    public async Task A_message_of_another_version_is_ignored_and_said_so()
    {
        var logger = new TestLogger();
        var node = Keep(await RedisNode.OpenAsync(Options, logger));
        var name = Sample.Name();
        var recorder = new Recorder();
        await node.SubscribeAsync(name, recorder, default).Soon();
        using var redis = await ConnectionMultiplexer.ConnectAsync(Server.Address);
        var bye = RedisMessageHead.Encode(RedisMessageKind.Bye, 5);
        byte[][] ignored =
        [
            [1, .. bye[1..]],
            [3, .. bye[1..]],
            [],
            bye[..10],
            RedisMessageHead.Encode((RedisMessageKind)99, 5),
            RedisMessageHead.Encode(RedisMessageKind.Bye, 5, Required),
            [.. bye[..10], 2, 8, 1],
        ];
        foreach (var message in (byte[][])[.. ignored, RedisMessageHead.Encode(RedisMessageKind.Bye, 6, Skipped)])
        {
            await redis.GetDatabase().PublishAsync(RedisChannels.Name(Keys(name).ChannelName), message);
        }

        Assert.Equal(6ul, (await recorder.AwarenessNoteAsync()).Node);
        Assert.Equal(ignored.Length, logger.Of(BackplaneEventId.RedisMessageUnknown).Count());
        Assert.Contains(logger.Of(BackplaneEventId.RedisMessageUnknown),
            text => text.Contains("required field 9", StringComparison.Ordinal));
    }

    [Fact]
    public void The_bytes_are_as_documented()
    {
        var id = new EntryId(0x0102030405060708);
        var entry = new LogEntry(id, EntryKind.Update, new byte[] { 0xAA, 0xBB });
        Assert.Equal("0102030405060708" + "11" + "00" + "aabb", Convert.ToHexStringLower(RedisEntry.Encode(entry)));
        Assert.Equal("0102030405060708" + "11" + "07" + "0203010203" + "0800" + "aabb",
            Convert.ToHexStringLower(RedisEntry.Encode(entry with { Fields = Skipped })));
        Assert.Equal("02" + "03" + "0000000000000007" + "00" + "cc",
            Convert.ToHexStringLower(RedisEnvelope.Awareness(7, AwarenessKind.Changes, [0xCC])));
        Assert.Equal("02" + "06" + "0000000000000007" + "0d" + "020b" + "0000000000000009" + "612362" + "cc",
            Convert.ToHexStringLower(
                RedisEnvelope.Awareness(7, AwarenessKind.Hello, [0xCC], HolderField.Of(new DocumentHolder("a#b", 9)))));
    }

    [Fact]
    public void A_greeting_says_where_its_node_is_reached_and_one_of_an_older_version_does_not()
    {
        var holder = new DocumentHolder("10.0.0.1:7000#incarnation", 1UL << 60);
        var fields = HolderField.Of(holder);
        foreach (var (written, expected) in ((OptionalFields, DocumentHolder?)[])
            [(fields, holder), (default, null), (OptionalFields.None.With(HolderField.Tag, new byte[8]), null)])
        {
            var message = RedisEnvelope.Awareness(7, AwarenessKind.Here, [1, 2], written);
            Assert.True(RedisMessageHead.TryRead(message, out var head));
            Assert.Null(RedisEnvelope.Read(message, head, out var read));
            Assert.Equal(expected, read.Holder);
            Assert.Equal([1, 2], read.Content.ToArray());
        }
    }

    [Fact]
    public void Entries_that_are_cut_or_random_are_refused_or_read_within_their_bounds()
    {
        var before = new Position(1, 1, new EntryId(5));
        var whole = RedisEntry.Encode(Sample.Update(9) with { Fields = Required });
        for (var length = 0; length < RedisEntry.HeadLength(whole); length++)
        {
            Assert.NotNull(RedisEntry.Read(whole.AsMemory(0, length), before, out _));
        }

        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            if (bytes.Length > 9)
            {
                bytes[8] = 0x11;
                bytes[9] &= 0x0F;
            }

            if (RedisEntry.Read(bytes, before, out var entry) is null)
            {
                Assert.Equal(BinaryPrimitives.ReadUInt64BigEndian(bytes), entry.Position.Id.Value);
                Assert.Equal(bytes.Length, 9 + entry.Fields.BlockLength + entry.Payload.Length);
            }
        }
    }
}
