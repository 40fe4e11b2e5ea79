using Relay.Sockets.Backpressure;

namespace Relay.Sockets;

/// <summary>Arrays for large messages, which are used again.</summary>
public sealed class LargeArraysTests
{
    private readonly LargeArrays arrays = new(4 * LargeArrays.Step);

    [Fact]
    public void What_was_given_back_is_given_out_again_for_what_takes_as_much()
    {
        var array = arrays.Rent(200_000);
        Assert.Equal(2 * LargeArrays.Step, array.Length);
        arrays.Return(array);
        Assert.NotSame(array, arrays.Rent(100_000));
        Assert.NotSame(array, arrays.Rent(300_000));
        Assert.Same(array, arrays.Rent(200_001));
        Assert.NotSame(array, arrays.Rent(200_001));
    }

    [Theory]
    [InlineData(1, LargeArrays.Step)]
    [InlineData(LargeArrays.Step, LargeArrays.Step)]
    [InlineData(LargeArrays.Step + 1, 2 * LargeArrays.Step)]
    [InlineData(LargeArrays.MostBytes, LargeArrays.MostBytes)]
    public void Arrays_are_a_little_longer_than_asked_for(int bytes, int length) =>
        Assert.Equal(length, arrays.Rent(bytes).Length);

    [Fact]
    public void No_more_is_kept_than_the_bound()
    {
        foreach (var size in (int[])[3, 2, 1, 1])
        {
            arrays.Return(arrays.Rent(size * LargeArrays.Step));
        }

        var all = new[] { 1, 1, 1, 1, 1 }.Select(size => arrays.Rent(size * LargeArrays.Step)).ToArray();
        Assert.Equal(3 * LargeArrays.Step, arrays.IdleBytes);
        Array.ForEach(all, arrays.Return);
        Assert.Equal(4 * LargeArrays.Step, arrays.IdleBytes);
    }

    [Fact]
    public void A_message_can_be_read_until_all_of_its_holders_have_given_it_back()
    {
        var array = arrays.Rent(LargeArrays.Step);
        array[7] = 42;
        var lent = new LentMemory(arrays, array, 100_000);
        ReadOnlyMemory<byte> message = lent.Memory;
        Assert.Equal(100_000, message.Length);
        Assert.Same(lent, LentMemory.Of(message[7..]));
        lent.Share();
        lent.GiveBack();
        Assert.Equal(42, message.Span[7]);
        Assert.Equal(0, arrays.IdleBytes);
        lent.GiveBack();
        Assert.Equal(LargeArrays.Step, arrays.IdleBytes);
        Assert.Throws<ObjectDisposedException>(() => message.Span[7]);
        Assert.Same(array, arrays.Rent(LargeArrays.Step));
    }

    [Fact]
    public void Memory_of_its_own_belongs_to_no_pool() => Assert.Null(LentMemory.Of(new byte[100_000]));
}
