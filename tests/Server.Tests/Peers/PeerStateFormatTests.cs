using System.Buffers.Binary;
using Relay.Sessions;
using Relay.Yjs;
using static Relay.Peers.PeerSamples;

namespace Relay.Peers;

public sealed class PeerStateFormatTests
{
    [Fact]
    public async Task The_bytes_are_as_documented() =>
        Assert.Equal(
            "89524c5950454552" + "0002" + "00" + "0001"
            + "00000000000003e8" + "0000000000000007" + "1122334455667788"
            + "00000000000003e8" + "0000000000000005" + "1122334455667788"
            + "0000000000000003" + "0000000000000002" + "0000000000000001" + "0000"
            + "00000000000003e8" + "0000000000000006" + "1122334455667788"
            + "010203" + "0405" + "06"
            + "ee138a1f5e4151925f27d7e938729bd5c54e94a110b998ff7c07ea2c2230dfd6",
            Convert.ToHexStringLower(await WrittenAsync(State() with { Document = new byte[] { 1, 2, 3 } })));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(PeerStateWriter.DeflateFrom)]
    [InlineData((64 << 10) + 1)]
    [InlineData(700_000)]
    public async Task What_was_written_is_read(int documentBytes)
    {
        var state = State(documentBytes);
        AssertEqual(state, await ReadAsync(await WrittenAsync(state)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(PeerStateWriter.DeflateFrom)]
    public async Task An_unknown_optional_field_is_skipped_and_an_unknown_required_one_is_named(int documentBytes)
    {
        var fields = CoveredSnapshotsField.Of([new EntryId(7), new EntryId(1)]).With(4, [1, 2]).With(8, []);
        var state = State(documentBytes) with { Fields = fields };
        var read = await ReadAsync(await WrittenAsync(state));
        AssertEqual(state, read);
        Assert.Equal(fields, read!.Fields);
        Assert.Equal([new EntryId(7), new EntryId(1)], read.Covers);

        var refused = await ReadAnswerAsync(await WrittenAsync(state with { Fields = fields.With(9, [3]) }));
        Assert.Equal("has the required field 9, which this version of Relay does not know: a newer one wrote it",
            refused.Refusal);
    }

    [Fact]
    public async Task Another_version_is_named_and_fields_that_do_not_read_or_are_not_signed_are_no_answer()
    {
        var bytes = await WrittenAsync(State() with { Fields = OptionalFields.None.With(9, [3]) });
        Assert.Contains("required field 9", (await ReadAnswerAsync(bytes)).Refusal);
        Assert.Equal(PeerAnswer.Unusable, await ReadAnswerAsync(bytes, proof: "another"));

        bytes[PeerStateHeader.FixedBytes + PeerStateHeader.PositionBytes] = 8;
        Assert.Equal(PeerAnswer.Unusable, await ReadAnswerAsync(bytes));
        bytes = await WrittenAsync(State() with { Fields = OptionalFields.None.With(2, new byte[9]) });
        Assert.Equal(PeerAnswer.Unusable, await ReadAnswerAsync(bytes));
        bytes[9] = 1;
        Assert.Equal("has format version 1, and this version of Relay reads version 2",
            (await ReadAnswerAsync(bytes)).Refusal);
    }

    [Fact]
    public async Task A_document_without_anything_has_a_state_too()
    {
        var state = new PeerState(Position.None, Position.None, new HashSet<Position>(), ReadOnlyMemory<byte>.Empty,
            ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
        AssertEqual(state, await ReadAsync(await WrittenAsync(state)));
    }

    [Fact]
    public async Task What_compresses_travels_compressed_and_what_is_small_does_not_grow()
    {
        var text = new byte[200_000];
        Array.Fill(text, (byte)'a');
        Assert.InRange((await WrittenAsync(State() with { Document = text })).Length, 100, 3_000);

        var small = State(1_000);
        Assert.Equal(PeerStateHeader.FixedBytes + PeerStateHeader.PositionBytes + 1_003 + PeerStateHeader.MacBytes,
            (await WrittenAsync(small)).Length);
        Assert.InRange((await WrittenAsync(State(100_000))).Length, 100_000, 107_000);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5_000)]
    public async Task A_cut_answer_is_none(int documentBytes)
    {
        var bytes = await WrittenAsync(State(documentBytes));

        // The very last bytes of a deflated body only say that it ends; without them it is whole all the same.
        var mustHave = documentBytes >= PeerStateWriter.DeflateFrom ? bytes.Length - 16 : bytes.Length;
        for (var length = 0; length < mustHave; length++)
        {
            Assert.Null(await ReadAsync(bytes[..length]));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5_000)]
    public async Task A_changed_answer_is_none(int documentBytes)
    {
        var state = State(documentBytes);
        var bytes = await WrittenAsync(state);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 0x10;

            // Deflate has bits that say nothing; what is read must be what was written or nothing.
            if (await ReadAsync(changed) is { } read)
            {
                Assert.True(
                    documentBytes >= PeerStateWriter.DeflateFrom && i > PeerStateHeader.FixedBytes, $"byte {i}");
                AssertEqual(state, read);
            }
        }
    }

    [Fact]
    public async Task An_answer_to_another_question_or_signed_with_another_secret_is_none()
    {
        var bytes = await WrittenAsync(State());
        Assert.Null(await ReadAsync(bytes, proof: "another"));
        Assert.Null(
            (await PeerStateReader.ReadAsync(new MemoryStream(bytes), new PeerSecret("x"), "proof", 1 << 20,
                CancellationToken.None)).State);
    }

    [Fact]
    public async Task An_answer_beyond_the_limit_is_none_before_it_is_read()
    {
        var bytes = await WrittenAsync(State(1_000));
        Assert.NotNull(await ReadAsync(bytes, maxBytes: 1_003));
        using var stream = new MemoryStream(bytes);
        Assert.Null((await PeerStateReader.ReadAsync(stream, Secret, "proof", 1_002, CancellationToken.None)).State);
        Assert.Equal(PeerStateHeader.FixedBytes, stream.Position);
    }

    [Theory]
    [InlineData(61, long.MaxValue)]
    [InlineData(69, long.MaxValue)]
    [InlineData(77, -1)]
    [InlineData(61, int.MaxValue)]
    [InlineData(13, -1)]
    [InlineData(21, -1)]
    [InlineData(21, 0)]
    public async Task Declared_numbers_are_not_believed(int at, long value)
    {
        var bytes = await WrittenAsync(State());
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(at), value);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(await ReadAsync(bytes, maxBytes: long.MaxValue));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static async Task<PeerState?> ReadAsync(byte[] bytes, string proof = "proof", long maxBytes = 1 << 20) =>
        (await ReadAnswerAsync(bytes, proof, maxBytes)).State;

    private static async Task<PeerAnswer> ReadAnswerAsync(
        byte[] bytes, string proof = "proof", long maxBytes = 1 << 20)
    {
        var answer =
            await PeerStateReader.ReadAsync(new MemoryStream(bytes), Secret, proof, maxBytes, CancellationToken.None);
        Assert.True(answer.State is null != answer.Refusal is null);
        return answer;
    }
}
