using Relay.Connections;
using Relay.Sockets;

namespace Relay.Sessions;

/// <summary>Where messages run, on real threads.</summary>
public sealed class MailboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_long_message_does_not_keep_the_thread_of_a_loop_and_others_come_after_it()
    {
        var done = new TaskCompletionSource<List<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            LoopThread.Begin();
            using var gate = new ManualResetEventSlim();
            var seen = new List<string>();
            var slow = Make(isLong: () => false);
            var quick = Make(isLong: () => false);
            slow.Post(() => Note(seen, "before"));

            // Handled on this thread, it would wait for itself.
            slow.Post((_, _) => Note(seen, gate.Wait(Patience) ? "long" : "stuck"), slow, null, (_, _) => true);
            slow.Post(() => done.SetResult(seen));
            quick.Post(() => Note(seen, "other"));
            gate.Set();
            done.Task.Wait(Patience);
        });
        thread.Start();
        var all = await done.Task.WaitAsync(Patience);
        Assert.Equal(["before loop", "other loop", "long"], all);
    }

    [Fact]
    public void Another_thread_handles_long_messages_itself()
    {
        var handled = 0;
        var mailbox = Make(isLong: () => true);
        mailbox.Post(() => handled = Environment.CurrentManagedThreadId);
        Assert.Equal(Environment.CurrentManagedThreadId, handled);
    }

    [Fact]
    public async Task A_message_that_must_not_run_at_once_runs_at_the_end_of_the_loops_round_unless_it_is_long()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new List<string>();
        var thread = new Thread(() =>
        {
            var round = LoopThread.Begin();
            var mailbox = Make(isLong: () => false);
            mailbox.PostElsewhere(() => Note(seen, "first"));
            mailbox.PostElsewhere((_, _) => Note(seen, "long"), mailbox, null, (_, _) => true);
            mailbox.PostElsewhere(done.SetResult);
            Note(seen, "posted");
            round.End();
            Assert.True(round.IsEmpty);
        });
        thread.Start();
        await done.Task.WaitAsync(Patience);
        Assert.Equal(["posted loop", "first loop", "long"], seen);
    }

    private static Mailbox Make(Func<bool> isLong) =>
        new(InlineScheduler.Instance, exception => Assert.Fail(exception.ToString()), isLong);

    private static void Note(List<string> seen, string what)
    {
        lock (seen)
        {
            seen.Add(LoopThread.IsCurrent ? $"{what} loop" : what);
        }
    }
}
