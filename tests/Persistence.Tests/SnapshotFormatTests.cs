using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Yjs;

namespace Relay.Persistence;

public sealed class SnapshotFormatTests
{
    private static readonly Snapshot Sample = Samples.State(new Position(3, 258, new EntryId(0x0102030405060708)),
        DocumentName.Create("é"), 7, 8, 9);

    /// <summary>The stored bytes, spelled out: a change of them orphans every stored snapshot.</summary>
    [Fact]
    public void The_bytes_are_as_documented()
    {
        const string Header = "89524c59534e4150" + "0002" + "01" + "0000000000000003" + "0000000000000102"
            + "0102030405060708" + "0000019cb73d3271" + "0002" + "0000000000000003" + "0000";
        var body = Convert.FromHexString(Header + "c3a9" + "070809");
        Assert.Equal(Samples.Time.ToUnixTimeMilliseconds(), BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(35)));

        Assert.Equal(Convert.ToHexString([.. body, .. SHA256.HashData(body)]),
            Convert.ToHexString(Samples.Encode(Sample)));
    }

    [Fact]
    public void A_listing_tells_a_tombstone_from_every_state()
    {
        foreach (var document in Samples.HostileNames.Select(DocumentName.Create))
        {
            Assert.True(
                Listed(Samples.Tombstone(Samples.At(1, 1)) with { Document = document }).IsTombstoneOf(document));
            Assert.False(
                Listed(Sample with { Document = document, Update = new byte[] { 0, 0 } }).IsTombstoneOf(document));
        }

        static SnapshotInfo Listed(Snapshot snapshot) =>
            new(snapshot.Position, Samples.Encode(snapshot).Length, snapshot.WrittenAt);
    }

    [Fact]
    public void What_was_encoded_decodes()
    {
        Snapshot[] snapshots =
        [
            Sample,
            Samples.Tombstone(Samples.At(1, 1)),
            Samples.State(new Position(long.MaxValue, long.MaxValue, new EntryId(ulong.MaxValue))),
            Samples.State(new Position(1, 0, EntryId.None)),
            Sample with { WrittenAt = DateTimeOffset.MinValue },
            Sample with { WrittenAt = new DateTimeOffset(9999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero) },
            Sample with { Update = RandomNumberGenerator.GetBytes(300_000) },
            .. Samples.HostileNames.Select(name => Sample with { Document = DocumentName.Create(name) }),
        ];
        Assert.All(snapshots, snapshot =>
        {
            var result = SnapshotFormat.Decode(Samples.Encode(snapshot), snapshot.Document, snapshot.Position);
            Assert.Equal(SnapshotReadOutcome.Read, result.Outcome);
            Assert.Null(result.Problem);
            Samples.AssertSame(snapshot, result.Snapshot);
        });
    }

    [Fact]
    public void The_time_is_kept_to_the_millisecond_in_utc()
    {
        var written = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.FromHours(2)).AddTicks(9_999);
        var read = SnapshotFormat.Decode(Samples.Encode(Sample with { WrittenAt = written }), Sample.Document,
            Sample.Position).Snapshot!.WrittenAt;

        Assert.Equal(TimeSpan.Zero, read.Offset);
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 3, 6, 7, 89, TimeSpan.Zero), read);
    }

    [Fact]
    public void An_unknown_optional_field_is_skipped_and_an_unknown_required_one_is_named()
    {
        var fields = OptionalFields.None.With(4, [1, 2, 3]).With(8, new byte[200]);
        var bytes = Samples.Encode(Sample with { Fields = fields });
        Assert.Equal(Samples.Encode(Sample).Length + fields.Bytes.Length, bytes.Length);
        var read = SnapshotFormat.Decode(bytes, Sample.Document, Sample.Position).Snapshot!;
        Assert.Equal(fields.Bytes.ToArray(), read.Fields.Bytes.ToArray());
        Assert.Equal(Sample.Update.ToArray(), read.Update.ToArray());

        Assert.Equal("It has the required field 9, which this version of Relay does not know: a newer one wrote it.",
            AssertUnreadable(Samples.Encode(Sample with { Fields = fields.With(9, [1]) })));

        // A field that is longer than all fields together.
        Assert.Equal("Its optional fields do not read.", AssertUnreadable(Resigned(bytes, b => b[58] = 99)));
        Assert.Equal("It is a tombstone with optional fields.",
            AssertUnreadable(Resigned([.. bytes[..^35], .. bytes[^32..]], b => (b[10], b[52]) = (2, 0))));
    }

    [Fact]
    public void Those_that_a_snapshot_covers_are_an_optional_field()
    {
        var snapshot = Sample with { Covers = [new EntryId(0x1112131415161718), new EntryId(1)] };
        var bytes = Samples.Encode(snapshot);
        Assert.Equal("0210" + "1112131415161718" + "0000000000000001", Convert.ToHexStringLower(bytes[57..75]));
        var read = SnapshotFormat.Decode(bytes, Sample.Document, Sample.Position).Snapshot!;
        Assert.Equal(snapshot.Covers, read.Covers);
        Assert.Empty((Sample with { Covers = [] }).Fields.Bytes.ToArray());

        var ids = Enumerable.Range(1, Snapshot.MostCovered).Select(i => new EntryId((ulong)i)).ToArray();
        bytes = Samples.Encode(Sample with { Covers = ids });
        Assert.Equal(ids, SnapshotFormat.Decode(bytes, Sample.Document, Sample.Position).Snapshot!.Covers);

        Assert.Equal("Its optional fields do not read.",
            AssertUnreadable(Samples.Encode(Sample with { Fields = OptionalFields.None.With(2, new byte[9]) })));
    }

    [Fact]
    public void Only_a_snapshot_of_another_version_stops_a_start()
    {
        var bytes = Samples.Encode(Sample)[..SnapshotFormat.FixedBytes];
        Assert.Null(SnapshotFormat.StartRefusal(bytes, "here"));
        Assert.Null(SnapshotFormat.StartRefusal(bytes.AsSpan(1), "here"));
        Assert.Null(SnapshotFormat.StartRefusal(new byte[100], "here"));
        bytes[9] = 1;
        Assert.Equal("The snapshot here has format version 1, and this version of Relay reads version 2 only. Nothing "
            + "was changed: start the version that wrote it, or give this one an empty place for snapshots.",
            SnapshotFormat.StartRefusal(bytes, "here"));
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        var bytes = Samples.Encode(Sample with { Fields = OptionalFields.None.With(4, [1]) });
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertUnreadable(bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Every_truncation_and_every_excess_is_found()
    {
        var bytes = Samples.Encode(Sample);
        for (var length = 0; length < bytes.Length; length++)
        {
            AssertUnreadable(bytes.AsMemory(0, length));
        }

        AssertUnreadable((byte[])[.. bytes, 0]);
        AssertUnreadable((byte[])[.. bytes, .. bytes]);
    }

    [Fact]
    public void The_problem_says_what_is_wrong()
    {
        var bytes = Samples.Encode(Sample);
        Assert.Equal("It ends after 0 bytes, before its header does.", AssertUnreadable(default));
        Assert.Equal("It ends after 86 bytes, before its header does.", AssertUnreadable(bytes.AsMemory(0, 86)));
        Assert.Equal("It has 91 bytes, and its header declares a name of 2, fields of 0 and an update of 3 bytes.",
            AssertUnreadable(bytes.AsMemory(0, 91)));
        Assert.Equal("It does not begin as a snapshot does.", AssertUnreadable(new byte[200]));
        Assert.Equal("It has format version 1, and this Relay reads version 2.",
            AssertUnreadable(Changed(b => b[9] = 1)));
        Assert.Equal("It is of the unknown kind 3.", AssertUnreadable(Changed(b => b[10] = 3)));
        Assert.Equal("It is a tombstone with an update.", AssertUnreadable(Changed(b => b[10] = 2)));
        Assert.Equal("It has the position 4/258/0102030405060708, and its key has 3/258/0102030405060708.",
            AssertUnreadable(Changed(b => b[18] = 4)));
        Assert.Equal("It has the position 3/1/0102030405060708, and its key has 3/258/0102030405060708.",
            AssertUnreadable(Changed(b => BinaryPrimitives.WriteInt64BigEndian(b.AsSpan(19), 1))));
        Assert.Equal("It has the position 3/258/0102030405060709, and its key has 3/258/0102030405060708.",
            AssertUnreadable(Changed(b => b[34] = 9)));
        Assert.Equal("It was written at an impossible time.",
            AssertUnreadable(Changed(b => BinaryPrimitives.WriteInt64BigEndian(b.AsSpan(35), long.MaxValue))));
        Assert.Equal("It was written at an impossible time.",
            AssertUnreadable(Changed(b => BinaryPrimitives.WriteInt64BigEndian(b.AsSpan(35), long.MinValue))));
        Assert.Equal("It names another document than its key.", AssertUnreadable(Changed(b => b[56] ^= 1)));
        Assert.Equal("Its checksum does not fit its bytes.", AssertUnreadable(Changed(b => b[58] ^= 1, sign: false)));

        // A name that is longer or shorter than the one asked for, with the bytes of both together as many as before.
        Assert.Equal("It names another document than its key.",
            AssertUnreadable(Changed(b => (b[44], b[52]) = (1, 4))));
        Assert.Equal("It names another document than its key.",
            AssertUnreadable(Changed(b => (b[44], b[52]) = (0, 5))));
        Assert.Equal("It is a state without an update.", AssertUnreadable(WithoutUpdate()));
    }

    [Fact]
    public void A_declared_length_is_never_believed()
    {
        foreach (var declared in new ulong[] { 0, 2, 4, int.MaxValue, uint.MaxValue, long.MaxValue, ulong.MaxValue,
            ulong.MaxValue - 1 })
        {
            AssertUnreadable(Changed(b => BinaryPrimitives.WriteUInt64BigEndian(b.AsSpan(45), declared)));
        }

        AssertUnreadable(Changed(b => BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(43), ushort.MaxValue)));
        AssertUnreadable(Changed(b => BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(53), ushort.MaxValue)));

        // A sparse file of petabytes whose header agrees with it is refused before memory is taken.
        var start = Changed(b => BinaryPrimitives.WriteUInt64BigEndian(b.AsSpan(45), 1UL << 50))
            .AsSpan(0, SnapshotFormat.FixedBytes);
        Assert.Contains("more than one array can hold",
            SnapshotFormat.StartProblem(start, SnapshotFormat.FixedBytes + 2 + (1L << 50) + 32));
    }

    [Fact]
    public void What_is_no_snapshot_is_not_encoded()
    {
        Snapshot[] wrong =
        [
            Sample with { Position = Position.None },
            Sample with { Position = new Position(1, 1, EntryId.None) },
            Sample with { Position = new Position(1, 0, new EntryId(1)) },
            Sample with { Position = new Position(-1, 1, new EntryId(1)) },
            Sample with { Position = new Position(1, -1, new EntryId(1)) },
            Sample with { Update = default },
            Sample with { Kind = SnapshotKind.Tombstone },
            Samples.Tombstone(Samples.At(1, 1)) with { Fields = OptionalFields.None.With(4, []) },
            Sample with { Kind = 0 },
        ];
        Assert.All(wrong, snapshot => Assert.Throws<ArgumentException>(() => Samples.Encode(snapshot)));
    }

    private static string AssertUnreadable(ReadOnlyMemory<byte> bytes)
    {
        var result = SnapshotFormat.Decode(bytes, Sample.Document, Sample.Position);
        Assert.Equal(SnapshotReadOutcome.Unreadable, result.Outcome);
        Assert.Null(result.Snapshot);
        return result.Problem!;
    }

    private static byte[] Changed(Action<byte[]> change, bool sign = true)
    {
        var bytes = Samples.Encode(Sample);
        if (sign)
        {
            return Resigned(bytes, change);
        }

        change(bytes);
        return bytes;
    }

    private static byte[] Resigned(byte[] bytes, Action<byte[]> change)
    {
        byte[] changed = [.. bytes];
        change(changed);
        return [.. changed[..^32], .. SHA256.HashData(changed[..^32])];
    }

    private static byte[] WithoutUpdate()
    {
        var bytes = Samples.Encode(Sample)[..^35];
        bytes[52] = 0;
        return [.. bytes, .. SHA256.HashData(bytes)];
    }
}
