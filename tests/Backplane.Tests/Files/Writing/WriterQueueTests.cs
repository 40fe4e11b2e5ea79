using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class WriterQueueTests
{
    private readonly WriterQueue queue;
    private readonly List<LogRequest> group = [];
    private bool mustWait;
    private bool upkeepIsDue;

    public WriterQueueTests() => queue = new WriterQueue(() => mustWait, () => upkeepIsDue);

    /// <summary>Each stage, each event, and what comes of it: the table of <see cref="WriterStage"/>.</summary>
    [Theory]
    [InlineData("Idle", "request", true, "Working")]
    [InlineData("Idle", "request while appends wait", false, "Idle")]
    [InlineData("Idle", "sweep", true, "Working")]
    [InlineData("Idle", "flush ended", false, "Idle")]
    [InlineData("Idle", "closed", false, "Closed")]
    [InlineData("Idle with requests", "request", true, "Working")]
    [InlineData("Idle with requests", "request while appends wait", false, "Idle")]
    [InlineData("Idle with requests", "sweep", true, "Working")]
    [InlineData("Idle with requests", "flush ended", true, "Working")]
    [InlineData("Idle with requests", "closed", true, "Draining")]
    [InlineData("Working", "request", false, "Working")]
    [InlineData("Working", "request while appends wait", false, "Working")]
    [InlineData("Working", "sweep", false, "Working")]
    [InlineData("Working", "flush ended", false, "Working")]
    [InlineData("Working", "leaves", true, "Idle")]
    [InlineData("Working", "leaves with upkeep due", false, "Working")]
    [InlineData("Working", "closed", false, "Draining")]
    [InlineData("Working with requests", "leaves", false, "Working")]
    [InlineData("Working with requests", "leaves while appends wait", true, "Idle")]
    [InlineData("Draining", "request", null, "Draining")]
    [InlineData("Draining", "sweep", false, "Draining")]
    [InlineData("Draining", "flush ended", false, "Draining")]
    [InlineData("Draining", "closed", false, "Draining")]
    [InlineData("Draining", "leaves", true, "Closed")]
    [InlineData("Draining", "leaves with upkeep due", true, "Closed")]
    [InlineData("Draining with requests", "leaves", false, "Draining")]
    [InlineData("Draining with requests", "leaves while appends wait", false, "Draining")]
    [InlineData("Closed", "request", null, "Closed")]
    [InlineData("Closed", "sweep", false, "Closed")]
    [InlineData("Closed", "flush ended", false, "Closed")]
    [InlineData("Closed", "closed", false, "Closed")]
    public void An_event_makes_a_writer_or_not(string stage, string happens, bool? answer, string next)
    {
        Reach(stage);

        if (answer is { } expected)
        {
            Assert.Equal(expected, Happen(happens));
        }
        else
        {
            Assert.Throws<ObjectDisposedException>(() => Happen(happens));
        }

        Assert.Equal(next, queue.Stage.ToString());
    }

    [Fact]
    public void Requests_are_taken_in_order_and_a_group_is_bounded_by_their_number_and_their_bytes()
    {
        var small = Enumerable.Range(0, WriterQueue.MaxGroupRequests + 1).Select(_ => Request(1)).ToList();
        small.ForEach(request => queue.TryBegin(request));
        Assert.Equal(small[..^1], Take());
        var large = new List<LogRequest> { Request(3 << 20), Request(3 << 20), Request(1) };
        large.ForEach(request => queue.TryBegin(request));
        Assert.Equal([small[^1], large[0], large[1]], Take());
        Assert.Equal([large[2]], Take());
        Assert.Empty(Take());
    }

    [Fact]
    public void While_appends_wait_a_writer_takes_none_and_after_the_close_it_takes_them_all_the_same()
    {
        Reach("Working with requests");
        mustWait = true;
        Assert.Empty(Take());

        queue.TryDrain();

        Assert.Single(Take());
    }

    [Fact]
    public async Task A_caller_that_waits_for_a_moment_without_a_writer_hears_of_it()
    {
        Assert.True(queue.WhenIdleAsync().IsCompleted);
        Reach("Working");
        var (first, second) = (queue.WhenIdleAsync(), queue.WhenIdleAsync());
        upkeepIsDue = true;
        Assert.False(queue.TryLeave());
        Assert.False(first.IsCompleted);
        upkeepIsDue = false;

        Assert.True(queue.TryLeave());

        await first.Soon();
        await second.Soon();
    }

    private static LogRequest Request(int bytes) =>
        LogParts.Append(Sample.Name(), 0, Sample.Update(new byte[bytes]));

    private List<LogRequest> Take()
    {
        group.Clear();
        queue.Take(group);
        return [.. group];
    }

    private void Reach(string stage)
    {
        if (stage == "Idle with requests")
        {
            Happen("request while appends wait");
            mustWait = false;
        }
        else if (stage is not ("Idle" or "Closed"))
        {
            Assert.True(queue.TryBegin(Request(1)));
            if (!stage.EndsWith("with requests", StringComparison.Ordinal))
            {
                Take();
            }
        }

        if (stage.StartsWith("Draining", StringComparison.Ordinal) || stage == "Closed")
        {
            queue.TryDrain();
        }

        Assert.StartsWith(queue.Stage.ToString(), stage, StringComparison.Ordinal);
    }

    private bool Happen(string what)
    {
        mustWait = what.EndsWith("while appends wait", StringComparison.Ordinal);
        upkeepIsDue = what.EndsWith("with upkeep due", StringComparison.Ordinal);
        return what.Split(' ')[0] switch
        {
            "request" => queue.TryBegin(Request(1)),
            "sweep" => queue.TryWake(),
            "flush" => queue.TryResume(),
            "leaves" => queue.TryLeave(),
            "closed" => queue.TryDrain(),
            _ => throw new ArgumentException(what),
        };
    }
}
