using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>Who ends a connection, why, and how long the other side is waited for.</summary>
public sealed class ClosingHandshakeTests
{
    private static readonly SocketClose First = new(4400, "first");
    private static readonly SocketClose Second = new(4401, "second");

    private readonly FakeTimeProvider time = new();
    private readonly ClosingHandshake closing;

    public ClosingHandshakeTests() => closing = new ClosingHandshake(time);

    [Fact]
    public void The_first_reason_of_this_side_counts_and_one_close_frame_is_written()
    {
        Assert.True(closing is { IsOpen: true, Reason: null, IsClean: false });
        Assert.True(closing.TryClose(First));
        Assert.False(closing.TryClose(Second));
        Assert.True(closing is { Stage: ClosingStage.Closing, IsOpen: false, IsClean: true });
        Assert.Equal(First, closing.Reason);

        // The client's close is the answer, and not answered.
        Assert.False(closing.TryAnswer());
    }

    [Fact]
    public void A_client_that_closes_is_answered_once_and_there_is_no_reason_of_this_side()
    {
        Assert.True(closing.TryAnswer());
        Assert.False(closing.TryAnswer());
        Assert.False(closing.TryClose(First));
        Assert.True(closing is { Stage: ClosingStage.Closing, Reason: null, IsClean: true });
    }

    [Fact]
    public void Waits_end_when_the_caller_has_written_the_close_frame_and_not_sooner()
    {
        Assert.True(closing.TryClose(First));
        Assert.False(closing.Closed.IsCancellationRequested);
        closing.Cancel();
        Assert.True(closing.Closed.IsCancellationRequested);
    }

    [Fact]
    public void The_client_is_waited_for_from_the_first_close_on()
    {
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.Zero, closing.WaitTime);
        closing.TryClose(First);
        time.Advance(TimeSpan.FromSeconds(2));
        closing.TryClose(Second);
        closing.TryAnswer();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(3), closing.WaitTime);
        closing.End();
        Assert.Equal(TimeSpan.FromSeconds(3), closing.WaitTime);
    }

    [Fact]
    public void A_connection_that_broke_is_not_clean_has_no_reason_and_is_closed_no_more()
    {
        closing.End();
        Assert.True(closing.Closed.IsCancellationRequested);
        Assert.False(closing.TryClose(First));
        Assert.True(closing is { Stage: ClosingStage.Ended, Reason: null, IsClean: false });
        Assert.Equal(TimeSpan.Zero, closing.WaitTime);

        // A goodbye that was read after a write had failed.
        Assert.False(closing.TryAnswer());
        Assert.True(closing.IsClean);
    }

    [Fact]
    public void One_that_is_given_up_has_that_reason_unless_it_had_one_before()
    {
        closing.GiveUp(First);
        Assert.True(closing is { Stage: ClosingStage.Ended, IsClean: false });
        Assert.True(closing.Closed.IsCancellationRequested);
        Assert.Equal(First, closing.Reason);

        var before = new ClosingHandshake(time);
        before.TryClose(Second);
        before.GiveUp(First);
        Assert.Equal(Second, before.Reason);
        Assert.Equal(ClosingStage.Ended, before.Stage);
    }
}
