using System.Buffers.Binary;
using Relay.Sessions;
using Relay.Yjs;
using static Relay.Peers.PeerSamples;

namespace Relay.Peers;

public sealed class PeerStateFormatTests
{
    [Fact]
    public async Task The_bytes_of_version_2_are_what_they_always_were() =>
        Assert.Equal(
            "89524c5950454552" + "0002" + "00" + "0001"
            + "00000000000003e8" + "0000000000000007" + "1122334455667788"
            + "00000000000003e8" + "0000000000000005" + "1122334455667788"
            + "0000000000000003" + "0000000000000002" + "0000000000000001" + "0002"
            + "00000000000003e8" + "0000000000000006" + "1122334455667788"
            + "1122334455667789" + "0000000000000001"
            + "010203" + "0405" + "06"
            + "adf04c31d7fe00aeb3c0dd511093d8e86e68ab384a5f7e796cdfa670a31d6796",
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
        Assert.Equal(PeerStateHeader.FixedBytes + PeerStateHeader.PositionBytes
            + (2 * PeerStateHeader.IdBytes) + 1_003 + PeerStateHeader.MacBytes,
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
            await PeerStateReader.ReadAsync(new MemoryStream(bytes), new PeerSecret("x"), "proof", 1 << 20,
                CancellationToken.None));
    }

    [Fact]
    public async Task An_answer_beyond_the_limit_is_none_before_it_is_read()
    {
        var bytes = await WrittenAsync(State(1_000));
        Assert.NotNull(await ReadAsync(bytes, maxBytes: 1_003));
        using var stream = new MemoryStream(bytes);
        Assert.Null(await PeerStateReader.ReadAsync(stream, Secret, "proof", 1_002, CancellationToken.None));
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

    private static Task<PeerState?> ReadAsync(byte[] bytes, string proof = "proof", long maxBytes = 1 << 20) =>
        PeerStateReader.ReadAsync(new MemoryStream(bytes), Secret, proof, maxBytes, CancellationToken.None);
}
