using System.Buffers.Binary;
using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>Records with fields that this version does not know, and segments of another version.</summary>
public sealed class FileLogFormatTests : FileLogFixture
{
    private static readonly OptionalFields Skipped = OptionalFields.None.With(2, [1, 2, 3]).With(8, []);
    private static readonly OptionalFields Required = OptionalFields.None.With(2, [1]).With(9, [7]);

    private readonly DocumentName filler = Sample.Name("filler");
    private Position fillerEnd;

    [Fact]
    public async Task An_unknown_optional_field_is_read_and_kept_through_cleaning()
    {
        SegmentBytes = FileLogOptions.MinSegmentBytes;
        Open();
        var name = Sample.Name();
        var recorder = new Recorder();
        await using var subscription = await Log.SubscribeAsync(name, recorder, default);
        await Log.AppendAsync(name, 0, Sample.Update(1) with { Fields = Skipped }, default).Soon();
        AssertFields((LoggedEntry)await recorder.FirstAsync(heard => heard is LoggedEntry));
        AssertFields(Assert.Single((await ReadAsync(name)).Entries));
        await ReopenAsync();
        AssertFields(Assert.Single((await ReadAsync(name)).Entries));

        await CleanAwayAsync();

        AssertFields(Assert.Single((await ReadAsync(name)).Entries));
        await ReopenAsync();
        var entry = Assert.Single((await ReadAsync(name)).Entries);
        AssertFields(entry);
        Assert.Equal("1"u8, entry.Payload.Span);
    }

    [Fact]
    public async Task An_unknown_required_field_refuses_its_document_and_names_the_field()
    {
        Open();
        var (newer, other) = (Sample.Name("newer"), Sample.Name("other"));
        var epoch = (await Log.AppendAsync(newer, 0, Sample.Update(1), default).Soon()).Position.Epoch;
        await Log.AppendAsync(newer, epoch, Sample.Update(2) with { Fields = Required }, default).Soon();
        await Log.FillAsync(other, 2);
        AssertRefused(await ReadAsync(newer));

        for (var start = 0; start < 2; start++)
        {
            await ReopenAsync();
            AssertRefused(await ReadAsync(newer));
            var error = await Assert.ThrowsAsync<LogDamagedException>(
                () => Log.AppendAsync(newer, epoch, Sample.Update(3), default).Soon());
            Assert.Contains("required field 9", error.Message);
            Assert.Contains(newer, Log.UnsavedDocuments());
            Assert.Equal(["1", "2"], (await ReadAsync(other)).Entries.Texts());
        }
    }

    [Fact]
    public async Task What_an_older_version_cleans_a_newer_one_still_reads()
    {
        SegmentBytes = FileLogOptions.MinSegmentBytes;
        Open();
        var name = Sample.Name();
        var first = (await Log.AppendAsync(name, 0, Sample.Update(1), default).Soon()).Position;
        var second = (await Log.AppendAsync(name, first.Epoch, Sample.Update(2), default).Soon()).Position;
        await Log.AppendAsync(name, first.Epoch, Sample.Update(3) with { Fields = Required }, default).Soon();

        // The checkpoint stands in a segment in which nothing else of the document does.
        for (var before = Home.Segments.Length; Home.Segments.Length == before;)
        {
            await FillAsync();
        }

        await Log.CheckpointAsync(name, second, first, default).Soon();
        await ReopenAsync();
        AssertRefused(await ReadAsync(name));

        await CleanAwayAsync();

        await CloseAsync();
        Assert.DoesNotContain(
            Directory.GetFiles(Home.Log), path => path.EndsWith(".damaged", StringComparison.Ordinal));
        await ChangeAsync(bytes => MakeOptional(bytes, field: 9));
        Open();
        var read = await Log.ReadAsync(name, first, default).Soon();
        Assert.Equal(LogReadOutcome.Entries, read.Outcome);
        Assert.Equal(["2", "3"], read.Entries.Texts());
        Assert.Equal(first, read.Start);
        Assert.Equal([7], read.Entries[1].Fields.Find(8)!.Value.ToArray());
    }

    [Fact]
    public async Task What_is_set_aside_keeps_its_fields_and_the_log_begins_anew()
    {
        Open();
        var name = Sample.Name();
        var epoch = (await Log.AppendAsync(name, 0, Sample.Update(1), default).Soon()).Position.Epoch;
        await Log.AppendAsync(name, epoch, Sample.Update(2) with { Fields = Required }, default).Soon();
        await ReopenAsync();

        var salvaged = await Log.SalvageAsync(name, default).Soon();
        Assert.Equal(["1"], salvaged!.Entries.Texts());
        Assert.Equal(2, salvaged.End.Offset);
        var place = await Log.SetAsideAsync(name, Sample.Update(9), default).Soon();

        Assert.True((await File.ReadAllBytesAsync(place!)).AsSpan().IndexOf(Required.Bytes.Span) > 0);
        Assert.Equal(["9"], (await ReadAsync(name)).Entries.Texts());
        await ReopenAsync();
        Assert.Equal(["9"], (await ReadAsync(name)).Entries.Texts());
    }

    [Theory]
    [InlineData(12, 9, "is of the unknown kind 9")]
    [InlineData(13, 7, "is an entry of the unknown kind 7")]
    public async Task A_record_of_an_unknown_kind_refuses_its_document(int at, byte kind, string words)
    {
        Open();
        var (name, other) = (Sample.Name(), Sample.Name("other"));
        await Log.FillAsync(name, 1);
        await Log.FillAsync(other, 1);
        await CloseAsync();
        await ChangeAsync(bytes =>
        {
            bytes[Segment.HeaderLength + at] = kind;
            Seal(bytes, Segment.HeaderLength);
        });

        Open();

        var read = await ReadAsync(name);
        Assert.Equal(LogReadOutcome.Damaged, read.Outcome);
        Assert.Contains(words, read.Problem);
        Assert.Equal(["1"], (await ReadAsync(other)).Entries.Texts());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_segment_of_another_version_stops_the_start_and_is_left_as_it_is(byte version)
    {
        Open();
        await Log.FillAsync(Sample.Name(), 2);
        await CloseAsync();
        await ChangeAsync(bytes =>
        {
            bytes[8] = version;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(28), Crc32C.Compute(0, bytes.AsSpan(0, 28)));
        });
        var bytes = await File.ReadAllBytesAsync(Home.Segments[0]);

        var error = Assert.Throws<FileLogStartException>(Open);

        Assert.Contains(
            $"it has format version {version}, and this version of Relay reads version 2 only. Start the version that "
                + $"wrote it, or move {Home.Log} away", error.Message);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Home.Segments[0]));
    }

    [Fact]
    public void A_record_without_fields_is_as_long_as_it_was()
    {
        var group = new RecordGroup();
        var header = new RecordHeader(RecordKind.Entry, EntryKind.Update, 1, new Position(1, 1, new EntryId(1)), 0,
            EntryId.None);

        Assert.Equal(72 + 1 + 3 + 4, group.Add(header, DocumentName.Create("a"), [1, 2, 3]));
        Assert.Equal(72 + 1 + Skipped.Bytes.Length + 3 + 4,
            group.Add(header with { Fields = Skipped }, DocumentName.Create("a"), [1, 2, 3]));
    }

    private static void AssertFields(LoggedEntry entry) =>
        Assert.Equal(Skipped.Bytes.ToArray(), entry.Fields.Bytes.ToArray());

    private static void AssertRefused(LogReadResult read)
    {
        Assert.Equal(LogReadOutcome.Damaged, read.Outcome);
        Assert.Empty(read.Entries);
        Assert.Contains("has the required field 9, which this version of Relay does not know", read.Problem);
    }

    /// <summary>Fills the log until cleaning has given up all segments of this moment.</summary>
    private async Task CleanAwayAsync()
    {
        var last = Home.Segments[^1];
        for (var i = 0; i < 1_000 && File.Exists(last); i++)
        {
            await FillAsync();
            await Log.WhenIdleAsync().Soon();
        }

        Assert.False(File.Exists(last));
    }

    /// <summary>Appends to a document of which nothing but the end counts.</summary>
    private async Task FillAsync()
    {
        var entry = Sample.Update(new byte[500]);
        fillerEnd = (await Log.AppendAsync(filler, fillerEnd.Epoch, entry, default).Soon()).Position;
        await Log.CheckpointAsync(filler, fillerEnd, fillerEnd, default).Soon();
    }

    private async Task ChangeAsync(Action<byte[]> change)
    {
        foreach (var path in Home.Segments)
        {
            var bytes = await File.ReadAllBytesAsync(path);
            change(bytes);
            await File.WriteAllBytesAsync(path, bytes);
        }
    }

    /// <summary>Makes a required field one that may be skipped, as if this version knew it.</summary>
    private static void MakeOptional(byte[] bytes, byte field)
    {
        for (var at = Segment.HeaderLength; at < bytes.Length;)
        {
            var record = bytes.AsSpan(at);
            var name = BinaryPrimitives.ReadUInt16LittleEndian(record[14..]);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(record[20..]);
            var fields = record.Slice(LogRecord.FixedLength + name, length);
            if (fields.IndexOf(field) is >= 0 and var found)
            {
                fields[found] = (byte)(field - 1);
            }

            at += Seal(bytes, at);
        }
    }

    private static int Seal(byte[] bytes, int at)
    {
        var seed = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12));
        var unflushed = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 16));
        return LogRecord.Seal(bytes.AsSpan(at), seed, unflushed);
    }
}
