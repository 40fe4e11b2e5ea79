using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>How a session comes to an end, without the parts that work meanwhile.</summary>
public sealed class SessionLifecycleTests
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_session_leaves_when_its_last_connection_has_been_gone_for_the_idle_time()
    {
        using var world = new LifecycleWorld();
        var connection = world.Serve();
        world.Leave(connection);
        world.Bench.Advance(IdleTime - TimeSpan.FromSeconds(1));
        Assert.Equal(SessionStage.Live, world.Lifecycle.Stage);
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SessionStage.Closed, world.Lifecycle.Stage);
        Assert.Equal(["live", "draining", "save", "retire", "closed", "release", "freed"], world.Told);
        Assert.Equal(["remove"], world.Locator.Operations);
    }

    [Fact]
    public void A_session_that_no_connection_wanted_and_one_whose_node_stops_leave_at_once()
    {
        using var unwanted = new LifecycleWorld();
        unwanted.Load();
        Assert.Equal(SessionStage.Closed, unwanted.Lifecycle.Stage);

        using var stopped = new LifecycleWorld();
        var connection = stopped.Serve();
        stopped.Bench.Do(stopped.Lifecycle.OnNodeStops);
        Assert.Equal(SessionStage.Live, stopped.Lifecycle.Stage);
        stopped.Leave(connection);
        Assert.Equal(SessionStage.Closed, stopped.Lifecycle.Stage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_drains_until_calls_and_saves_have_ended(bool isBusy)
    {
        using var world = new LifecycleWorld();
        world.Leave(world.Serve());
        (world.IsBusy, world.IsUnsaved) = (isBusy, !isBusy);
        world.Bench.Advance(IdleTime);
        world.Bench.Do(world.Lifecycle.Advance);
        Assert.Equal(SessionStage.Draining, world.Lifecycle.Stage);
        (world.IsBusy, world.IsUnsaved) = (false, false);
        world.Bench.Do(world.Lifecycle.Advance);
        Assert.Equal(SessionStage.Closed, world.Lifecycle.Stage);
    }

    [Fact]
    public void A_request_keeps_a_session_from_leaving()
    {
        using var world = new LifecycleWorld();
        world.HasRequests = true;
        world.Load();
        world.Bench.Advance(IdleTime);
        Assert.Equal(SessionStage.Live, world.Lifecycle.Stage);
        world.HasRequests = false;
        world.Bench.Do(world.Lifecycle.Advance);
        Assert.Equal(SessionStage.Closed, world.Lifecycle.Stage);
    }

    [Fact]
    public void A_connection_takes_a_draining_session_up_again_at_once()
    {
        using var world = new LifecycleWorld { IsUnsaved = true };
        world.Leave(world.Serve());
        world.Bench.Advance(IdleTime);
        Assert.Equal(SessionStage.Draining, world.Lifecycle.Stage);
        world.Join();
        Assert.Equal(SessionStage.Live, world.Lifecycle.Stage);
        world.Bench.Do(world.Lifecycle.Advance);
        Assert.Equal(SessionStage.Live, world.Lifecycle.Stage);
        Assert.Empty(world.Locator.Operations);
    }

    [Fact]
    public void A_connection_takes_a_leaving_session_up_again_when_the_node_is_back_in_the_locator()
    {
        using var world = new LifecycleWorld();
        world.Leave(world.Serve());
        world.Locator.Removing.IsShut = true;
        world.Bench.Advance(IdleTime);
        Assert.Equal(SessionStage.Leaving, world.Lifecycle.Stage);
        world.Join();
        Assert.Equal(SessionStage.Leaving, world.Lifecycle.Stage);
        world.Told.Clear();
        world.Locator.Removing.Open();
        world.Bench.Steps.Run();
        Assert.Equal(SessionStage.Live, world.Lifecycle.Stage);
        Assert.Equal(["live"], world.Told);
        Assert.Equal(["remove", "add"], world.Locator.Operations);
    }

    [Fact]
    public void A_session_does_not_end_while_a_connection_is_about_to_join()
    {
        using var world = new LifecycleWorld { IsJoinUnderWay = true };
        world.Leave(world.Serve());
        world.Bench.Advance(IdleTime);
        Assert.Equal(SessionStage.Leaving, world.Lifecycle.Stage);
        world.IsJoinUnderWay = false;
        world.Join();
        Assert.Equal(SessionStage.Live, world.Lifecycle.Stage);
    }

    [Theory]
    [InlineData(nameof(SessionStage.Loading))]
    [InlineData(nameof(SessionStage.Live))]
    [InlineData(nameof(SessionStage.Draining))]
    [InlineData(nameof(SessionStage.Leaving))]
    public void A_session_that_fails_is_freed_once_whatever_its_stage(string name)
    {
        var stage = Enum.Parse<SessionStage>(name);
        using var world = new LifecycleWorld { IsUnsaved = stage == SessionStage.Draining };
        if (stage != SessionStage.Loading)
        {
            var connection = world.Serve();
            world.Locator.Removing.IsShut = true;
            if (stage != SessionStage.Live)
            {
                world.Leave(connection);
                world.Bench.Advance(IdleTime);
            }
        }

        Assert.Equal(stage, world.Lifecycle.Stage);
        world.Told.Clear();
        world.Bench.Do(() => world.Lifecycle.Fail(RefusalReason.DocumentDeleted));
        world.Bench.Do(() => world.Lifecycle.Fail(RefusalReason.InternalError));
        world.Locator.Removing.Open();
        world.Bench.Steps.Run();
        Assert.Equal(["failed", "closed", "release", "freed"], world.Told);
        Assert.Equal(RefusalReason.DocumentDeleted, world.Lifecycle.ClosedFor);
    }

    [Fact]
    public void An_event_that_the_stage_cannot_have_is_a_bug()
    {
        using var world = new LifecycleWorld();
        world.Serve();
        Assert.Throws<InvalidOperationException>(world.Lifecycle.OnLoaded);
        Assert.Equal(SessionStage.Live, world.Lifecycle.Stage);
    }

    private sealed class LifecycleWorld : ILifecycleSession, IListingSession, IDisposable
    {
        private readonly ConnectionSet connections = new(new RoomFigures());

        public LifecycleWorld()
        {
            var context = Bench.Context(SessionDefaults.Value with { IdleTimeout = IdleTime });
            var listing = new LocatorListing(context, Locator, new LateRemovals(), this);
            listing.Begin();
            Lifecycle = new SessionLifecycle(context, connections, listing, this);
        }

        public PartBench Bench { get; } = new();

        public MemoryLocator Locator { get; } = new();

        public SessionLifecycle Lifecycle { get; }

        public List<string> Told { get; } = [];

        public bool HasRequests { get; set; }

        public bool IsBusy { get; set; }

        public bool IsUnsaved { get; set; }

        public bool IsJoinUnderWay { get; set; }

        bool IListingSession.IsWanted => connections.Count > 0;

        public void Load() => Bench.Do(() =>
        {
            Lifecycle.OnLoaded();
            Told.Add("live");
            Lifecycle.WatchIdleTime();
        });

        public Attachment Join()
        {
            var attachment = new StubConnection().Attach();
            Bench.Do(() =>
            {
                connections.Add(attachment);
                Lifecycle.OnJoined();
                Lifecycle.OnServed();
            });
            return attachment;
        }

        public Attachment Serve()
        {
            var attachment = Join();
            Load();
            return attachment;
        }

        public void Leave(Attachment attachment) => Bench.Do(() =>
        {
            connections.Remove(attachment);
            Lifecycle.WatchIdleTime();
        });

        void IListingSession.OnAdditionEnded() => Lifecycle.ContinueDraining();

        void IListingSession.OnRemoved() => Lifecycle.LeaveIfUnwanted();

        void IListingSession.OnReturned() => Lifecycle.OnRelisted();

        void ILifecycleSession.OnLive() => Told.Add("live");

        void ILifecycleSession.OnDraining() => Told.Add("draining");

        bool ILifecycleSession.TrySaveAll()
        {
            Told.Add("save");
            return !IsUnsaved;
        }

        bool ILifecycleSession.TryRetire()
        {
            if (!IsJoinUnderWay)
            {
                Told.Add("retire");
            }

            return !IsJoinUnderWay;
        }

        void ILifecycleSession.OnFailed(RefusalReason reason) => Told.Add("failed");

        void ILifecycleSession.OnClosed() => Told.Add("closed");

        ValueTask ILifecycleSession.ReleaseAsync(CancellationToken cancellation)
        {
            Told.Add("release");
            return ValueTask.CompletedTask;
        }

        void ILifecycleSession.OnFreed() => Told.Add("freed");

        public void Dispose() => Bench.Dispose();
    }
}
