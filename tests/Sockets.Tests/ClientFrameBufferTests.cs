using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>The bytes between a read and the frames that are cut from it.</summary>
public sealed class ClientFrameBufferTests
{
    [Fact]
    public void What_was_read_is_there_until_it_is_taken_whatever_room_is_made()
    {
        var buffer = new ClientFrameBuffer();
        var (read, taken) = (0, 0);
        for (var round = 0; round < 40; round++)
        {
            buffer.Prepare();
            if (buffer.Capacity == 0)
            {
                buffer.Rent(mayBeLarge: false);
            }

            var free = buffer.Free.Span;
            for (var i = 0; i < free.Length; i++)
            {
                free[i] = (byte)(read + i);
            }

            read += free.Length;
            buffer.Add(free.Length);
            var part = round % 3 == 0 ? buffer.Count / 4 : (buffer.Count * 3 / 4) + 1;
            var expected = Enumerable.Range(taken, part).Select(at => (byte)at).ToArray();
            Assert.True(buffer.Unread[..part].SequenceEqual(expected), $"Round {round}, after {taken} bytes.");

            taken += part;
            buffer.Take(part);
            Assert.Equal(read - taken, buffer.Count);
        }

        buffer.Release();
        Assert.Equal((0, 0), (buffer.Count, buffer.Capacity));
    }

    [Fact]
    public void An_array_is_held_only_while_there_are_bytes_in_it()
    {
        var buffer = new ClientFrameBuffer();
        Assert.Equal(0, buffer.Capacity);
        buffer.Rent(mayBeLarge: true);
        buffer.Add(10);
        buffer.Prepare();
        Assert.NotEqual(0, buffer.Capacity);
        buffer.Take(10);
        buffer.Prepare();
        Assert.Equal(0, buffer.Capacity);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_burst_gets_a_larger_array_where_it_may(bool mayBeLarge)
    {
        var buffer = new ClientFrameBuffer();
        buffer.Rent(mayBeLarge);
        var first = buffer.Capacity;
        buffer.Add(first);
        buffer.Take(first);
        buffer.Prepare();
        buffer.Rent(mayBeLarge);
        Assert.Equal(mayBeLarge, buffer.Capacity > first);
        buffer.Add(10);
        buffer.Take(10);
        buffer.Prepare();
        buffer.Rent(mayBeLarge);
        Assert.Equal(first, buffer.Capacity);
        buffer.Release();
    }
}
