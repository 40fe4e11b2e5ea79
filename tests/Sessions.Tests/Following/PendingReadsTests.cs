namespace Relay.Sessions;

/// <summary>A look at the log answers the requests that came before it began.</summary>
public sealed class PendingReadsTests
{
    private readonly PendingReads reads = new();
    private readonly List<(int Request, RefusalReason Outcome)> answers = [];

    [Fact]
    public void A_look_answers_what_came_before_it_and_not_what_came_since()
    {
        Add(1);
        Assert.True(reads.NeedLook);
        var look = reads.LookBegins();
        Assert.False(reads.NeedLook);
        Add(2);
        reads.LookEnded(look, RefusalReason.None);
        Assert.Equal([(1, RefusalReason.None)], answers);
        Assert.True(reads.NeedLook);
        Assert.False(reads.IsEmpty);
    }

    [Fact]
    public void One_that_needs_no_look_of_its_own_is_answered_with_the_one_under_way()
    {
        var look = reads.LookBegins();
        reads.AddToLook(outcome => answers.Add((1, outcome)));
        Assert.False(reads.NeedLook);
        reads.LookEnded(look, RefusalReason.StoreUnavailable);
        Assert.Equal([(1, RefusalReason.StoreUnavailable)], answers);
    }

    [Fact]
    public void A_later_look_that_ends_first_answers_for_both_and_an_earlier_one_for_its_own()
    {
        Add(1);
        var first = reads.LookBegins();
        Add(2);
        var second = reads.LookBegins();
        Add(3);
        reads.LookBegins();
        reads.LookEnded(first, RefusalReason.None);
        Assert.Equal([(1, RefusalReason.None)], answers);
        reads.LookEnded(second, RefusalReason.None);
        reads.LookEnded(first, RefusalReason.StoreUnavailable);
        Assert.Equal([(1, RefusalReason.None), (2, RefusalReason.None)], answers);
    }

    [Fact]
    public void A_request_that_comes_from_an_answer_waits_for_the_next_look()
    {
        reads.Add(_ => Add(2));
        reads.LookEnded(reads.LookBegins(), RefusalReason.None);
        Assert.Empty(answers);
        Assert.True(reads.NeedLook);
    }

    [Fact]
    public void The_end_of_the_session_answers_all_requests()
    {
        Add(1);
        reads.LookBegins();
        Add(2);
        reads.End(RefusalReason.DocumentDeleted);
        Assert.Equal([(1, RefusalReason.DocumentDeleted), (2, RefusalReason.DocumentDeleted)], answers);
        Assert.True(reads.IsEmpty);
    }

    private void Add(int request) => reads.Add(outcome => answers.Add((request, outcome)));
}
