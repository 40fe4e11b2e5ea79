using Relay.Persistence.Metadata.Postgres;

namespace Relay.Persistence.Metadata;

/// <summary>
/// A driver that fails when it is told to stop, as Npgsql may when the connection is closed at that moment.
/// </summary>
public sealed class CallDeadlineTests
{
    [Fact]
    public async Task A_driver_that_fails_when_time_is_up_ends_neither_the_process_nor_others_who_wait()
    {
        for (var timeout = TimeSpan.FromMilliseconds(1); ; timeout *= 4)
        {
            using var deadline = new CallDeadline(timeout, default);
            Task others;
            try
            {
                others = Fail(deadline.Token);
            }
            catch (InvalidOperationException)
            {
                // Time was up before the driver asked to be told, so it was told on this thread.
                continue;
            }

            await others.Soon();
            Assert.True(deadline.Token.IsCancellationRequested);
            return;
        }
    }

    [Fact]
    public async Task A_driver_that_fails_does_so_apart_from_the_caller_that_cancels()
    {
        using var caller = new CancellationTokenSource();
        using var deadline = new CallDeadline(TimeSpan.FromHours(1), caller.Token);
        var others = Fail(deadline.Token);
        caller.Cancel();
        await others.Soon();
        Assert.True(deadline.Token.IsCancellationRequested);
    }

    [Fact]
    public void No_caller_is_told_after_the_call()
    {
        using var caller = new CancellationTokenSource();
        var deadline = new CallDeadline(TimeSpan.FromHours(1), caller.Token);
        var token = deadline.Token;
        deadline.Dispose();
        caller.Cancel();
        Assert.False(token.IsCancellationRequested);
    }

    /// <summary>Callbacks are called in the opposite order: the one that fails comes first.</summary>
    private static Task Fail(CancellationToken token)
    {
        var told = new TaskCompletionSource();
        token.Register(told.SetResult);
        token.Register(() => throw new InvalidOperationException("The connection is gone."));
        return told.Task;
    }
}
