using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>When a save is due; without a saver.</summary>
public sealed class SaveScheduleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    [Fact]
    public void Changes_are_due_after_the_interval_that_began_with_the_first_of_them()
    {
        using var world = new ScheduleWorld();
        world.Change();
        world.Bench.Advance(Interval - TimeSpan.FromSeconds(1));
        world.Change();
        Assert.Equal(0, world.Due);
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, world.Due);
    }

    [Fact]
    public void Many_bytes_are_due_at_once_unless_a_save_is_under_way_or_has_failed()
    {
        using var world = new ScheduleWorld();
        Assert.False(world.Schedule.Mark(99));
        Assert.True(world.Schedule.Mark(1));
        var bytes = world.Schedule.BeginSave();
        Assert.Equal(100, bytes);
        Assert.False(world.Schedule.Mark(100));
        Assert.True(world.Schedule.OnFailed(bytes));
        Assert.False(world.Schedule.Mark(100));
        world.Schedule.BeginSave();
        world.Schedule.OnSaved();
        Assert.False(world.Schedule.HasChanges);
        Assert.True(world.Schedule.Mark(100));
    }

    [Fact]
    public void A_save_that_failed_is_due_again_later_each_time_and_only_the_first_failure_is_new()
    {
        using var world = new ScheduleWorld();
        world.Change();
        Assert.True(world.Schedule.OnFailed(world.Schedule.BeginSave()));
        Assert.True(world.Schedule.IsUnsaved);
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, world.Due);
        for (var i = 0; i < 20; i++)
        {
            Assert.False(world.Schedule.OnFailed(world.Schedule.BeginSave()));
        }

        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, world.Due);
        world.Bench.Advance(SessionDefaults.Value.LongestRetry);
        Assert.Equal(2, world.Due);
    }

    [Fact]
    public void A_claim_of_another_node_is_waited_for_and_ignored_after_three_when_the_session_leaves()
    {
        using var world = new ScheduleWorld();
        world.Change();
        world.Refuse(isBeingLeft: false);
        Assert.False(world.Schedule.MayBegin);
        world.Bench.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, world.Due);
        world.Schedule.OnDraining();
        world.Bench.Advance(SessionDefaults.Value.SavedElsewhereCheck);
        Assert.Equal(1, world.Due);
        Assert.True(world.Schedule.MayBegin);
        for (var i = 0; i < 3; i++)
        {
            Assert.False(world.Schedule.IgnoresClaims);
            world.Refuse(isBeingLeft: true);
        }

        Assert.True(world.Schedule.IgnoresClaims);
    }

    [Fact]
    public void What_another_node_has_saved_is_not_due_any_more()
    {
        using var world = new ScheduleWorld();
        world.Change();
        world.Schedule.Clear();
        Assert.False(world.Schedule.IsUnsaved);
        world.Bench.Advance(Interval + Interval);
        Assert.Equal(0, world.Due);
    }

    [Fact]
    public void A_save_that_could_not_begin_is_due_again_after_the_interval()
    {
        using var world = new ScheduleWorld();
        world.Change();
        world.Bench.Advance(Interval);
        world.Schedule.Postpone();
        world.Bench.Advance(Interval);
        Assert.Equal(2, world.Due);
    }

    private sealed class ScheduleWorld : IDisposable
    {
        public ScheduleWorld()
        {
            var context = Bench.Context(SessionDefaults.Value with { SaveInterval = Interval, SaveBytes = 100 });
            var content = new LoggedDocument(
                new YjsContentKind(true), new GrowthLimit(1 << 20, NodeMemory.Unlimited.Open()), new RoomFigures());
            var timer = context.Effects.Timer(this, static world => world.OnDue());
            Schedule = new SaveSchedule(context, content, new RoomFigures(), timer);
        }

        public PartBench Bench { get; } = new();

        public SaveSchedule Schedule { get; }

        /// <summary>How often a save was due by the time.</summary>
        public int Due { get; private set; }

        public void Change()
        {
            Assert.False(Schedule.Mark(1));
            Schedule.Wait();
        }

        /// <summary>A save begins, which another node has claimed.</summary>
        public void Refuse(bool isBeingLeft) =>
            Schedule.OnRefused(Schedule.BeginSave(), isUnsavedStill: true, isBeingLeft);

        public void Dispose() => Bench.Dispose();

        private void OnDue()
        {
            Due++;
            Schedule.OnDue();
        }
    }
}
