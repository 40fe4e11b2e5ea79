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

    [Fact]
    public void What_is_counted_first_fills_an_array_exactly()
    {
        var random = new Random(3);
        for (var size = 0; size < 300; size++)
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            var number = (ulong)random.NextInt64(1L << random.Next(53));
            using var counter = Lib0Writer.Counting();
            using var pooled = new Lib0Writer();
            Write(counter);
            Write(pooled);
            var exact = new byte[counter.Length];
            using var writer = Lib0Writer.Into(exact);
            Write(writer);
            Assert.Equal(pooled.ToArray(), exact);
            Assert.Throws<InvalidOperationException>(() => writer.WriteByte(1));

            void Write(Lib0Writer into)
            {
                into.WriteVarBytes(bytes);
                into.WriteByte(5);
                into.WriteVarUint(number);
                into.WriteBytes(bytes);
                into.WriteVarUint(number);
            }
        }
    }
}
