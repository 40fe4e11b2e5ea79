namespace Relay.Yjs.Formats;

public sealed class OptionalFieldsTests
{
    [Fact]
    public void Without_fields_a_block_is_one_zero_byte()
    {
        Assert.Equal("00", Block(OptionalFields.None));
        Assert.Equal(1, OptionalFields.None.BlockLength);
        Assert.Null(OptionalFields.None.Refusal);
    }

    [Fact]
    public void The_bytes_are_as_documented()
    {
        var fields = OptionalFields.None.With(2, [0xAA, 0xBB]).With(7, []).With(200, new byte[300]);

        Assert.StartsWith("b502" + "0202aabb" + "0700" + "c8ac02" + "0000", Block(fields), StringComparison.Ordinal);
        Assert.Equal(2 + 4 + 2 + 303, fields.BlockLength);
        Assert.Equal([0xAA, 0xBB], fields.Find(2)!.Value.ToArray());
        Assert.Equal(300, fields.Find(200)!.Value.Length);
        Assert.Null(fields.Find(4));
    }

    [Fact]
    public void An_unknown_even_field_is_skipped_and_an_unknown_odd_one_is_named_in_a_refusal()
    {
        var even = OptionalFields.None.With(0, [1]).With(2, [2]).With(254, []);
        Assert.Null(even.Refusal);
        Assert.Equal("has the required field 9, which this version of Relay does not know: a newer one wrote it",
            OptionalFields.None.With(2, [1]).With(9, [1, 2]).With(11, []).Refusal);
    }

    [Fact]
    public void What_was_written_is_read_with_what_follows_left_alone()
    {
        OptionalFields[] samples =
        [
            OptionalFields.None,
            OptionalFields.None.With(2, []),
            OptionalFields.None.With(1, new byte[127]),
            OptionalFields.None.With(1, new byte[128]).With(255, [9]),
            OptionalFields.None.With(4, new byte[OptionalFields.MaxBytes - 3]),
        ];
        foreach (var fields in samples)
        {
            byte[] bytes = [.. Bytes(fields), 1, 2, 3];
            Assert.True(OptionalFields.TryReadBlock(bytes, out var read));
            Assert.Equal(fields.Bytes.ToArray(), read.Bytes.ToArray());
            Assert.True(OptionalFields.TryMeasureBlock(bytes, out var length));
            Assert.Equal(fields.BlockLength, length);
            for (var cut = 0; cut < fields.BlockLength; cut++)
            {
                Assert.False(OptionalFields.TryReadBlock(bytes.AsMemory(0, cut), out _));
                Assert.False(OptionalFields.TryMeasureBlock(bytes.AsSpan(0, cut), out _));
            }
        }
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("8000", "a short length in two bytes")]
    [InlineData("808001", "a length of three bytes")]
    [InlineData("03020500", "a value that is cut off")]
    [InlineData("0102", "a tag without a length")]
    [InlineData("0402000200", "a tag twice")]
    [InlineData("0404000200", "tags that descend")]
    [InlineData("0302800000", "a value's short length in two bytes")]
    public void What_is_no_block_is_refused(string hex, string what) =>
        Assert.False(OptionalFields.TryReadBlock(Convert.FromHexString(hex), out _), what);

    [Fact]
    public void Random_bytes_are_read_within_their_bounds_or_refused()
    {
        var random = new Random(42);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(1, 12)];
            random.NextBytes(bytes);
            bytes[0] &= 0x0F;
            if (OptionalFields.TryReadBlock(bytes, out var fields))
            {
                read++;
                Assert.Equal(bytes[..fields.BlockLength], Bytes(fields));
                _ = fields.Refusal;
                _ = fields.Find(8);
            }
        }

        Assert.InRange(read, 1_000, 19_000);
    }

    [Fact]
    public void Fields_that_no_reader_takes_are_not_written()
    {
        Assert.Throws<ArgumentException>(() => OptionalFields.None.With(2, []).With(2, []));
        Assert.Throws<ArgumentException>(() => OptionalFields.None.With(4, []).With(2, []));
        Assert.Throws<ArgumentException>(() => OptionalFields.None.With(2, new byte[OptionalFields.MaxBytes]));
        Assert.Throws<ArgumentException>(() => OptionalFields.None.With(2, new byte[1 << 20]));
    }

    private static string Block(OptionalFields fields) => Convert.ToHexStringLower(Bytes(fields));

    private static byte[] Bytes(OptionalFields fields)
    {
        var bytes = new byte[fields.BlockLength];
        Assert.Equal(bytes.Length, fields.WriteBlock(bytes));
        return bytes;
    }
}
