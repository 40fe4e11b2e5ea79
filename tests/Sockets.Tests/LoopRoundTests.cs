namespace Relay.Sockets;

/// <summary>What a loop's thread does at the end of a round.</summary>
public sealed class LoopRoundTests
{
    [Fact]
    public void Work_is_done_in_its_order_with_what_comes_meanwhile()
    {
        var round = new LoopRound();
        var done = new List<string>();
        round.Add(new Work(() =>
        {
            done.Add("a");
            round.Add(new Work(() => done.Add("c")));
        }));
        round.Add(new Work(() => done.Add("b")));

        round.End();
        Assert.Equal(["a", "b", "c"], done);
        Assert.True(round.IsEmpty);
        round.End();
        Assert.Equal(3, done.Count);
    }

    [Fact]
    public void Work_that_makes_work_for_ever_lets_the_sockets_have_their_turn()
    {
        var round = new LoopRound();
        var done = 0;
        Work again = null!;
        again = new Work(() =>
        {
            done++;
            round.Add(again);
        });
        round.Add(again);
        round.End();
        Assert.Equal(LoopRound.MostItems, done);
        Assert.False(round.IsEmpty);
    }

    [Fact]
    public void Only_the_thread_of_a_loop_takes_work()
    {
        var done = 0;
        Assert.False(LoopThread.TryAfterRound(new Work(() => done++)));
        var thread = new Thread(() =>
        {
            var round = LoopThread.Begin();
            Assert.Same(round, LoopThread.Begin());
            Assert.True(LoopThread.TryAfterRound(new Work(() => done++)));
            round.End();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(1, done);
    }

    private sealed class Work(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
