using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>A snapshot answers the requests whose position it reaches, in the history of the session.</summary>
public sealed class PendingSavesTests
{
    private readonly PendingSaves saves = new();
    private readonly List<int> answers = [];

    [Fact]
    public void A_snapshot_answers_all_whose_position_it_reaches()
    {
        Add(1, At(7, 5));
        Add(2, At(7, 6));
        Add(3, At(7, 7));
        saves.Stored(At(7, 6));
        Assert.Equal([1, 2], answers);
        Assert.False(saves.IsEmpty);
    }

    [Fact]
    public void A_snapshot_of_another_epoch_says_nothing()
    {
        Add(1, At(7, 5));
        saves.Stored(At(8, 9));
        saves.Stored(At(6, 9));
        Assert.Empty(answers);
    }

    [Fact]
    public void One_that_wants_a_save_of_its_own_is_content_with_the_next_one_that_begins()
    {
        Add(1, Position.None);
        saves.Stored(At(7, 5));
        Assert.Empty(answers);
        saves.SaveBegins(At(7, 5));
        saves.Stored(At(7, 5));
        Assert.Equal([1], answers);
    }

    [Fact]
    public void In_another_history_a_snapshot_of_the_old_one_is_not_enough()
    {
        Add(1, At(7, 5));
        saves.StartAnew();
        saves.Stored(At(7, 9));
        Assert.Empty(answers);
        saves.SaveBegins(At(7, 4));
        saves.Stored(At(7, 4));
        Assert.Equal([1], answers);
    }

    [Fact]
    public void The_end_answers_all_requests()
    {
        Add(1, At(7, 5));
        Add(2, Position.None);
        saves.End(RefusalReason.StoreUnavailable);
        Assert.Equal([1, 2], answers);
        Assert.True(saves.IsEmpty);
    }

    private static Position At(long epoch, long offset) => new(epoch, offset, new EntryId(1));

    private void Add(int request, Position needed) => saves.Add(needed, _ => answers.Add(request));
}
