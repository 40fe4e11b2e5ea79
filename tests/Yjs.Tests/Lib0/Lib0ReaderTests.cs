namespace Relay.Yjs.Lib0;

public sealed class Lib0ReaderTests
{
    [Theory]
    [InlineData("00", 0)]
    [InlineData("01", 1)]
    [InlineData("7f", 127)]
    [InlineData("8001", 128)]
    [InlineData("ff7f", 16_383)]
    [InlineData("808001", 16_384)]
    [InlineData("ffffffff0f", 4_294_967_295)]
    [InlineData("8080808010", 4_294_967_296)]
    [InlineData("ffffffffffffff0f", 9_007_199_254_740_991)]
    public void Unsigned_integers_read_and_write(string hex, ulong value)
    {
        var reader = new Lib0Reader(Convert.FromHexString(hex));
        Assert.Equal(value, reader.ReadVarUint());
        Assert.True(reader.AtEnd && !reader.Failed);
        using var writer = new Lib0Writer();
        writer.WriteVarUint(value);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.WrittenSpan));
        Assert.Equal(hex.Length / 2, Lib0Writer.VarUintSize(value));
    }

    [Theory]
    [InlineData("8000", 0)]
    [InlineData("ff00", 127)]
    [InlineData("8080808080808000", 0)]
    public void Unsigned_integers_may_be_longer_than_needed(string hex, ulong value)
    {
        var reader = new Lib0Reader(Convert.FromHexString(hex));
        Assert.Equal(value, reader.ReadVarUint());
        Assert.True(reader.AtEnd && !reader.Failed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("ffffffffffffff")]
    [InlineData("8080808080808010")]
    [InlineData("ffffffffffffff1f")]
    [InlineData("ffffffffffffffffff01")]
    [InlineData("80808080808080808080808000")]
    public void Unsigned_integers_beyond_the_input_or_the_limit_fail(string hex)
    {
        var reader = new Lib0Reader(Convert.FromHexString(hex));
        Assert.Equal(0UL, reader.ReadVarUint());
        Assert.True(reader.Failed && reader.AtEnd);
    }

    [Theory]
    [InlineData("00", 0)]
    [InlineData("40", 0)]
    [InlineData("01", 1)]
    [InlineData("41", -1)]
    [InlineData("3f", 63)]
    [InlineData("7f", -63)]
    [InlineData("8001", 64)]
    [InlineData("c001", -64)]
    [InlineData("bfffffffffffff1f", 9_007_199_254_740_991)]
    [InlineData("ffffffffffffff1f", -9_007_199_254_740_991)]
    public void Signed_integers_read(string hex, long value)
    {
        var reader = new Lib0Reader(Convert.FromHexString(hex));
        Assert.Equal(value, reader.ReadVarInt());
        Assert.True(reader.AtEnd && !reader.Failed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("c0808080")]
    [InlineData("80808080808080" + "20")]
    [InlineData("bfffffffffffffffff01")]
    public void Signed_integers_beyond_the_input_or_the_limit_fail(string hex)
    {
        var reader = new Lib0Reader(Convert.FromHexString(hex));
        Assert.Equal(0, reader.ReadVarInt());
        Assert.True(reader.Failed && reader.AtEnd);
    }

    [Theory]
    [InlineData("00", "")]
    [InlineData("0161", "61")]
    [InlineData("04f09f9880", "f09f9880")]
    [InlineData("03efbbbf", "efbbbf")]
    public void Strings_read_as_their_bytes(string hex, string bytes)
    {
        var reader = new Lib0Reader(Convert.FromHexString(hex));
        Assert.Equal(bytes, Convert.ToHexStringLower(reader.ReadVarString()));
        Assert.True(reader.AtEnd && !reader.Failed);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("02" + "61")]
    [InlineData("ffffffff0f" + "61")]
    [InlineData("ffffffffffffff0f" + "61")]
    [InlineData("01" + "80")]
    [InlineData("02" + "c328")]
    [InlineData("03" + "eda080")]
    [InlineData("02" + "c080")]
    [InlineData("04" + "f4908080")]
    public void Strings_beyond_the_input_or_not_UTF_8_fail(string hex)
    {
        var reader = new Lib0Reader(Convert.FromHexString(hex));
        Assert.True(reader.ReadVarString().IsEmpty);
        Assert.True(reader.Failed);
        Assert.Equal(0, reader.Error.Offset);
    }

    [Fact]
    public void The_first_failure_sticks()
    {
        var reader = new Lib0Reader(new byte[] { 1, 9, 2, 3 });
        Assert.Equal(1UL, reader.ReadVarUint());
        Assert.True(reader.ReadVarBytes().IsEmpty);
        var error = reader.Error;
        Assert.Equal(1, error.Offset);
        reader.Fail("Something else.");
        Assert.Equal((0UL, 0L, 0), (reader.ReadVarUint(), reader.ReadVarInt(), reader.ReadByte()));
        Assert.True(reader.ReadVarString().IsEmpty && reader.ReadBytes(1).IsEmpty);
        Assert.Equal(0, reader.ReadLength());
        Assert.Equal(error, reader.Error);
        Assert.Equal(0, reader.Remaining);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void Bytes_beyond_the_input_fail(int count)
    {
        var reader = new Lib0Reader(new byte[2]);
        Assert.True(reader.ReadBytes(count).IsEmpty);
        Assert.True(reader.Failed);
    }
}
