using Relay.Connections;

namespace Relay.Sessions;

/// <summary>A look at the log answers the requests that came before it began.</summary>
public sealed class PendingReadsTests
{
    private readonly PendingReads reads = new();
    private readonly List<(int Request, CloseReason Outcome)> answers = [];

    [Fact]
    public void A_look_answers_what_came_before_it_and_not_what_came_since()
    {
        Add(1);
        Assert.True(reads.NeedLook);
        reads.LookBegins();
        Assert.False(reads.NeedLook);
        Add(2);
        reads.LookEnded(CloseReason.Normal);
        Assert.Equal([(1, CloseReason.Normal)], answers);
        Assert.True(reads.NeedLook);
        Assert.False(reads.IsEmpty);
    }

    [Fact]
    public void One_that_needs_no_look_of_its_own_is_answered_with_the_one_under_way()
    {
        reads.LookBegins();
        reads.AddToLook(outcome => answers.Add((1, outcome)));
        Assert.False(reads.NeedLook);
        reads.LookEnded(CloseReason.StoreUnavailable);
        Assert.Equal([(1, CloseReason.StoreUnavailable)], answers);
    }

    [Fact]
    public void A_look_that_takes_over_from_another_answers_for_both()
    {
        Add(1);
        reads.LookBegins();
        Add(2);
        reads.LookBegins();
        reads.LookEnded(CloseReason.Normal);
        Assert.Equal([(1, CloseReason.Normal), (2, CloseReason.Normal)], answers);
    }

    [Fact]
    public void A_request_that_comes_from_an_answer_waits_for_the_next_look()
    {
        reads.Add(_ => Add(2));
        reads.LookBegins();
        reads.LookEnded(CloseReason.Normal);
        Assert.Empty(answers);
        Assert.True(reads.NeedLook);
    }

    [Fact]
    public void The_end_of_the_session_answers_everybody()
    {
        Add(1);
        reads.LookBegins();
        Add(2);
        reads.End(CloseReason.DocumentDeleted);
        Assert.Equal([(1, CloseReason.DocumentDeleted), (2, CloseReason.DocumentDeleted)], answers);
        Assert.True(reads.IsEmpty);
    }

    private void Add(int request) => reads.Add(outcome => answers.Add((request, outcome)));
}
