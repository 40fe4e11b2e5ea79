using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What must be saved before a session may leave.</summary>
public sealed class LastSaveTests
{
    private readonly LastSave last = new();

    [Fact]
    public void A_snapshot_at_or_after_the_needed_position_is_enough()
    {
        last.Need(At(5));
        Assert.True(last.IsMissing(At(4), At(7)));
        Assert.False(last.IsMissing(At(5), At(7)));
        Assert.False(last.IsMissing(At(6), At(7)));
    }

    [Fact]
    public void A_snapshot_or_a_position_of_another_epoch_is_not()
    {
        last.Need(At(5));
        Assert.True(last.IsMissing(At(9, epoch: 2), At(7)));
        Assert.True(last.IsMissing(At(9), At(7, epoch: 2)));
    }

    [Fact]
    public void On_demand_no_snapshot_that_is_there_is_enough()
    {
        last.Need(At(5));
        last.IsDemanded = true;
        Assert.True(last.IsMissing(At(5), At(5)));
        last.IsDemanded = false;
        Assert.False(last.IsMissing(At(5), At(5)));
    }

    private static Position At(long offset, long epoch = 1) => new(epoch, offset, new EntryId((ulong)offset));
}
