namespace Relay.Yjs.Lib0;

public sealed class Lib0WriterTests
{
    [Fact]
    public void Everything_written_is_there_however_often_the_buffer_grew()
    {
        var random = new Random(7);
        using var writer = new Lib0Writer(1);
        var expected = new List<byte>();
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            writer.WriteByte((byte)i);
            writer.WriteBytes(bytes);
            expected.Add((byte)i);
            expected.AddRange(bytes);
        }

        Assert.Equal(expected.Count, writer.Length);
        Assert.Equal(expected.ToArray(), writer.ToArray());
        Assert.True(writer.WrittenMemory.Span.SequenceEqual(writer.WrittenSpan));
        writer.Clear();
        Assert.Equal(0, writer.Length);
        writer.WriteVarBytes([5, 6]);
        Assert.Equal([2, 5, 6], writer.ToArray());
    }

    [Fact]
    public void A_value_larger_than_the_buffer_doubled_fits()
    {
        using var writer = new Lib0Writer(16);
        writer.WriteByte(1);
        writer.WriteBytes(new byte[100_000]);
        Assert.Equal(100_001, writer.Length);
    }

    [Fact]
    public void Disposing_twice_returns_the_buffer_once()
    {
        var writer = new Lib0Writer(64);
        writer.WriteByte(1);
        writer.Dispose();
        writer.Dispose();
        Assert.Equal(0, writer.Length);
        using var first = new Lib0Writer(64);
        using var second = new Lib0Writer(64);
        first.WriteByte(1);
        second.WriteByte(2);
        Assert.Equal(1, first.WrittenSpan[0]);
    }
}
