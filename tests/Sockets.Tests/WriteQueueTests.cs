using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>In which order a socket writes what waits.</summary>
public sealed class WriteQueueTests
{
    private static readonly byte[] Pong = [1];
    private static readonly byte[] Ping = [2];
    private static readonly byte[] Close = [3];
    private static readonly byte[] Frame = [4, 4];

    private WriteQueue queue = new();

    /// <summary>Every set of what may wait, and what is written of it in which order.</summary>
    [Fact]
    public void A_close_frame_goes_before_all_and_control_frames_before_frames()
    {
        for (var waiting = 0; waiting < 16; waiting++)
        {
            var fresh = new WriteQueue();
            var expected = new List<WriteKind>();
            Add(0b0001, () => fresh.Add([Frame]));
            Add(0b0010, () => fresh.Add(WriteKind.Ping, Ping));
            Add(0b0100, () => fresh.Add(WriteKind.Pong, Pong));
            Add(0b1000, () => fresh.Add(WriteKind.Close, Close));
            if (Has(0b1000))
            {
                expected.Add(WriteKind.Close);
            }
            else
            {
                expected.AddRange(Has(0b0100) ? [WriteKind.Pong] : []);
                expected.AddRange(Has(0b0010) ? [WriteKind.Ping] : []);
                expected.AddRange(Has(0b0001) ? [WriteKind.Frames] : []);
            }

            Assert.Equal(expected, TakeAll(fresh));

            bool Has(int set) => (waiting & set) == set;

            void Add(int set, Action add)
            {
                if (Has(set))
                {
                    add();
                }
            }
        }
    }

    [Fact]
    public void Of_several_pings_the_latest_is_answered()
    {
        queue.Add(WriteKind.Pong, [9]);
        queue.Add(WriteKind.Pong, Pong);
        Assert.Equal(WriteKind.Pong, queue.Take(out var bytes, out _));
        Assert.Equal(Pong, bytes.ToArray());
        Assert.Equal(WriteKind.None, queue.Take(out bytes, out _));
        Assert.True(bytes.IsEmpty);
    }

    [Fact]
    public void Neither_a_control_frame_nor_a_close_frame_goes_inside_another_frame()
    {
        queue.Add([new byte[(2 * FrameBatch.MaxWrite) + 1]]);
        Assert.Equal(WriteKind.Frames, queue.Take(out _, out _));
        queue.Add(WriteKind.Pong, Pong);
        queue.Add(WriteKind.Ping, Ping);
        queue.Add(WriteKind.Close, Close);
        Assert.Equal([WriteKind.Frames, WriteKind.Frames, WriteKind.Close], TakeAll(queue));
    }

    [Fact]
    public void Frames_stay_until_the_last_of_them_is_written()
    {
        queue.Add([Frame, new byte[FrameBatch.MaxWrite]]);
        Assert.Equal(WriteKind.Frames, queue.Take(out _, out var rented));
        Assert.False(queue.TryEndFrames());
        FrameBatch.Return(rented);
        Assert.Equal(WriteKind.Frames, queue.Take(out _, out _));
        Assert.True(queue.HasFrames);
        Assert.True(queue.TryEndFrames());
        Assert.False(queue.HasFrames);
        Assert.False(queue.TryEndFrames());
    }

    [Fact]
    public void Frames_in_a_write_that_has_begun_are_not_taken_again()
    {
        queue.AddTaken([Frame]);
        Assert.True(queue.HasFrames);
        Assert.True(queue.TryEndFrames());
        Assert.Equal(WriteKind.None, queue.Take(out _, out _));
    }

    [Fact]
    public void It_takes_no_more_after_a_close_frame_and_after_its_end()
    {
        Assert.True(queue.IsOpen);
        queue.Add(WriteKind.Close, Close);
        Assert.False(queue.IsOpen);

        var ended = new WriteQueue();
        ended.Add([Frame]);
        ended.End();
        Assert.False(ended.IsOpen);
        Assert.False(ended.HasFrames);
        Assert.Equal(WriteKind.None, ended.Take(out _, out _));
    }

    /// <summary>An end may come between the pieces of a frame, while its connection can still be written to.</summary>
    [Fact]
    public void After_a_frame_that_was_cut_by_the_end_no_frame_follows()
    {
        queue.Add([new byte[FrameBatch.MaxWrite + 1]]);
        Assert.Equal(WriteKind.Frames, queue.Take(out _, out _));
        queue.Add(WriteKind.Pong, Pong);
        queue.Add(WriteKind.Ping, Ping);
        queue.Add(WriteKind.Close, Close);
        queue.End();
        Assert.Equal(WriteKind.None, queue.Take(out _, out _));
    }

    private static List<WriteKind> TakeAll(WriteQueue queue)
    {
        var taken = new List<WriteKind>();
        for (var kind = queue.Take(out var bytes, out var rented); kind != WriteKind.None;
            kind = queue.Take(out bytes, out rented))
        {
            Assert.False(bytes.IsEmpty);
            FrameBatch.Return(rented);
            if (kind == WriteKind.Frames)
            {
                queue.TryEndFrames();
            }

            taken.Add(kind);
        }

        return taken;
    }
}
