using Relay.Doubles;
using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>The writer of a socket, to a client that takes what it is sent, or does not.</summary>
public sealed class SocketWriterTests : IDisposable
{
    private static readonly byte[] A = [0x82, 1, 1];
    private static readonly byte[] B = [0x82, 1, 2];
    private static readonly byte[] CloseFrame = WebSocketFrame.MakeClose(4400, "why");
    private static readonly byte[] PingFrame = [0x89, 0, .. SocketBench.SignOfLife];

    private readonly SocketBench bench = new();
    private int sent;

    private SocketWriter Writer => bench.Writer;

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Frames_that_the_client_takes_at_once_are_sent_and_not_told_of()
    {
        Assert.True(Send(A));
        Assert.True(Send(A, B));
        Assert.Equal([.. A, .. A, .. B], bench.Take());
        Assert.Equal(0, sent);
        Assert.True(Writer.WhenWritten().IsCompleted);
    }

    [Fact]
    public void Frames_that_it_does_not_take_are_told_of_when_they_are_sent()
    {
        bench.Line.Stop();
        Assert.False(Send(A));
        Assert.Empty(bench.Take());
        Assert.Equal(0, sent);
        bench.GoOn();
        Assert.Equal(A, bench.Take());
        Assert.Equal(1, sent);
        Assert.True(Send(B));
        Assert.Equal(1, sent);
    }

    [Fact]
    public void Control_frames_go_before_frames_that_wait_and_only_the_latest_pong()
    {
        bench.Line.Stop();
        Writer.Pong([1]);
        Assert.False(Send(A, B));
        Writer.Pong([2]);
        Writer.Pong([3]);
        Writer.Ping();
        bench.GoOn();
        Assert.Equal([0x8A, 1, 1, 0x8A, 1, 3, .. PingFrame, .. A, .. B], bench.Take());
        Assert.Equal(1, sent);
    }

    [Fact]
    public void Frames_that_are_too_large_for_one_write_are_told_of_when_all_of_them_are_sent()
    {
        byte[] large = [.. A, .. new byte[2 * FrameBatch.MaxWrite]];
        bench.Line.Stop();
        Assert.False(Send(large, B));
        bench.GoOn();
        Assert.Equal([.. large, .. B], bench.Take());
        Assert.Equal(1, sent);

        // At once, where the client takes them.
        Assert.True(Send(large));
        Assert.Equal(large, bench.Take());
        Assert.Equal(1, sent);
    }

    [Fact]
    public void Who_is_told_may_send_again()
    {
        bench.Line.Stop();
        Assert.False(Writer.Send([A], () => Assert.False(Writer.Send([B], () => sent++))));
        bench.GoOn();
        Assert.Equal([.. A, .. B], bench.Take());
        Assert.Equal(1, sent);
    }

    [Fact]
    public void A_close_frame_is_the_last_one_and_frames_that_wait_are_dropped()
    {
        bench.Line.Stop();
        Writer.Ping();
        Assert.False(Send(A));
        Writer.Close(CloseFrame);
        var written = Writer.WhenWritten();
        Assert.True(Send(B));
        Writer.Pong([1]);
        Writer.Ping();
        Assert.False(written.IsCompleted);
        bench.GoOn();
        Assert.Equal([.. PingFrame, .. CloseFrame], bench.Take());
        Assert.True(written.IsCompleted);
        Assert.Equal(0, sent);
    }

    [Fact]
    public void A_close_frame_waits_for_the_rest_of_a_frame_that_is_written_in_part()
    {
        byte[] large = [.. A, .. new byte[FrameBatch.MaxWrite]];
        bench.Line.Stop();
        Assert.False(Send(large));
        Writer.Close(CloseFrame);
        bench.GoOn();
        Assert.Equal([.. large, .. CloseFrame], bench.Take());
        Assert.Equal(0, sent);
    }

    [Fact]
    public void A_data_frame_goes_with_each_ping()
    {
        Writer.Ping();
        Assert.Equal([0x89, 0, .. SocketBench.SignOfLife], bench.Take());
    }

    [Fact]
    public void The_time_of_a_write_is_that_of_the_one_under_way()
    {
        Assert.Equal(TimeSpan.Zero, Writer.WriteTime);
        bench.Line.Stop();
        Assert.False(Send(A));
        bench.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(TimeSpan.FromSeconds(29), Writer.WriteTime);
        bench.GoOn();
        Assert.Equal(TimeSpan.Zero, Writer.WriteTime);
    }

    [Fact]
    public void A_write_that_fails_ends_the_connection_and_is_no_failure_of_the_sender()
    {
        bench.Line.Break();
        Assert.True(Send(A));
        Assert.Equal(1, bench.Aborts);
        Assert.Equal(ClosingStage.Ended, bench.Closing.Stage);
        Assert.True(bench.Closing.Closed.IsCancellationRequested);
        Assert.True(Writer.WhenWritten().IsCompleted);
        Assert.True(Send(B));
        Writer.Ping();
        Assert.Equal(1, bench.Aborts);
        Assert.Equal(0, sent);
    }

    [Fact]
    public void After_the_end_frames_are_dropped_and_the_write_under_way_is_waited_for()
    {
        bench.Line.Stop();
        Assert.False(Send(A));
        Writer.End();
        var written = Writer.WhenWritten();
        Assert.False(written.IsCompleted);
        bench.GoOn();
        Assert.True(written.IsCompleted);
        Assert.Equal(0, sent);
        Assert.True(Send(B));
        Assert.Equal(A, bench.Take());
    }

    [Fact]
    public void A_frame_that_is_sent_at_once_allocates_nothing()
    {
        var writer = new SocketWriter(
            Stream.Null, SocketBench.SignOfLife, bench.Metrics, bench.Time, bench.Closing, () => { });
        ReadOnlyMemory<byte>[] one = [A];
        ReadOnlyMemory<byte>[] several = [A, B, A];
        Action told = () => sent++;
        writer.Send(several, told);
        writer.Send(one, told);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            writer.Send(one, told);
            writer.Send(several, told);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private bool Send(params byte[][] frames) =>
        Writer.Send([.. frames.Select(frame => (ReadOnlyMemory<byte>)frame)], () => sent++);
}
