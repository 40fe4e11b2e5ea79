using Relay.Yjs;

namespace Relay.Connections;

public sealed class LongAnswersTests
{
    private readonly FakeTimeProvider time = new();
    private readonly LongAnswers answers;

    public LongAnswersTests() => answers = new LongAnswers(time);

    [Fact]
    public void What_is_about_the_node_ends_with_its_user_and_not_with_a_document()
    {
        using var ada = answers.Begin("ada");
        using var bob = answers.Begin("bob");
        Assert.Equal(0, answers.Kick(new KickOrder(null, Name("plan"), false)));
        Assert.Equal(0, answers.Kick(new KickOrder("ada", Name("plan"), false)));
        Assert.Equal(1, answers.Kick(new KickOrder("ada", null, true)));
        Assert.True(ada.Ended.IsCancellationRequested);
        Assert.False(bob.Ended.IsCancellationRequested);
        Assert.Equal(0, answers.Kick(new KickOrder("ada", null, false)));
    }

    [Fact]
    public void What_is_about_a_document_ends_with_either()
    {
        var ends = new List<string>();
        using var first = answers.Begin("ada", Name("plan"), () => ends.Add("ada"));
        using var second = answers.Begin(null, Name("plan"), () => ends.Add("unnamed"));
        using var third = answers.Begin("ada", Name("notes"), () => ends.Add("notes"));
        Assert.Equal(1, answers.Kick(new KickOrder("ada", Name("plan"), false)));
        Assert.Equal(1, answers.Kick(new KickOrder(null, Name("plan"), false)));
        Assert.Equal(1, answers.Kick(new KickOrder("ada", null, false)));
        Assert.Equal(["ada", "unnamed", "notes"], ends);
    }

    [Fact]
    public void One_that_is_complete_is_not_ended_any_more()
    {
        var ends = 0;
        var answer = answers.Begin("ada", end: () => ends++);
        answer.Dispose();
        Assert.Equal(0, answers.Kick(new KickOrder("ada", null, false)));

        // The order that found it before it was complete.
        answer.End();
        Assert.Equal(0, ends);
    }

    [Fact]
    public void An_order_that_comes_late_is_not_about_what_began_after_it()
    {
        var given = time.GetUtcNow();
        time.Advance(TimeSpan.FromSeconds(31));
        using var answer = answers.Begin("ada");
        Assert.Equal(0, answers.Kick(new KickOrder("ada", null, false), given));
        Assert.Equal(1, answers.Kick(new KickOrder("ada", null, false), given + TimeSpan.FromSeconds(1)));
    }

    private static DocumentName Name(string name) => DocumentName.Create(name);
}
