using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>How a document is put together; without a session around it.</summary>
public sealed class LoaderTests
{
    [Fact]
    public void A_document_is_its_snapshot_and_the_log_after_it()
    {
        using var world = new LoaderWorld();
        var first = world.Append("a");
        world.Snapshots.Put(new Snapshot(
            World.Name, SnapshotKind.State, first.Position, default, World.StateOf(first.Payload.ToArray())));
        world.Append("b");
        world.Load();
        Assert.Equal(2, world.Loaded!.State.Position.Offset);
        Assert.Equal(first.Position, world.Loaded.State.Saved);
        Assert.Equal(world.Logged(), world.Loaded.State.Document.EncodeState());
    }

    [Fact]
    public void The_channel_is_heard_and_the_locator_told_before_anything_is_read()
    {
        using var world = new LoaderWorld();
        world.Backplane.Reading.IsShut = true;
        world.Load();
        Assert.Equal(["listening"], world.Told);
        Assert.Equal(1, world.Backplane.Subscriptions);
        Assert.Equal(["add"], world.Locator.Operations);
        Assert.Null(world.Loaded);
        world.Backplane.Reading.Open();
        world.Bench.Steps.Run();
        Assert.Equal(["listening", "loaded"], world.Told);
    }

    [Fact]
    public void A_peers_state_and_the_log_after_it_are_a_short_cut()
    {
        using var world = new LoaderWorld();
        var first = world.Append("a");
        world.Append("b");
        world.Share(first.Position, World.StateOf(first.Payload.ToArray()));
        world.Load();
        Assert.Equal(world.Logged(), world.Loaded!.State.Document.EncodeState());
        Assert.NotNull(world.Loaded.Peer);
        Assert.False(world.Loaded.IsPeerElsewhere);
        Assert.Equal(0, world.Snapshots.Reading.Calls);
    }

    [Fact]
    public void A_peers_state_that_does_not_fit_the_log_is_not_used_and_the_peer_is_told_apart()
    {
        using var world = new LoaderWorld();
        world.Append("a");
        world.Share(new Position(1, 5, new EntryId(99)), World.StateOf(Messages.Typed(9, 0, "elsewhere")));
        world.Load();
        Assert.Equal(world.Logged(), world.Loaded!.State.Document.EncodeState());
        Assert.True(world.Loaded.IsPeerElsewhere);
    }

    [Fact]
    public void A_locator_that_cannot_be_reached_delays_no_load()
    {
        using var world = new LoaderWorld();
        world.Locator.Adding.Failure = new TimeoutException("away");
        world.Append("a");
        world.Load();
        Assert.False(world.Loaded!.IsListed);
    }

    [Fact]
    public void A_store_that_cannot_be_reached_ends_the_load_and_what_it_held_is_released()
    {
        using var world = new LoaderWorld();
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("away");
        world.Load();
        Assert.Equal(["listening", $"failed {RefusalReason.StoreUnavailable}"], world.Told);
        Assert.True(world.Listing.MayBeListed);
        world.Release();
        Assert.Equal(0, world.Backplane.Subscriptions);
    }

    [Fact]
    public void A_document_that_does_not_read_is_refused()
    {
        using var world = new LoaderWorld();
        var first = world.Append("a");
        world.Snapshots.Put(new Snapshot(
            World.Name, SnapshotKind.State, first.Position, default, World.StateOf(first.Payload.ToArray())));
        world.Backplane.Lose(World.Name);
        world.Snapshots.Damage(first.Position);
        world.Load();
        Assert.Equal($"failed {RefusalReason.DocumentUnreadable}", world.Told[^1]);
    }

    [Fact]
    public void A_deletion_whose_tombstone_is_missing_is_completed_before_the_load_fails()
    {
        using var world = new LoaderWorld();
        world.Backplane.AppendElsewhere(World.Name, 50, [], EntryKind.Deleted);
        world.Load();
        Assert.Equal($"failed {RefusalReason.DocumentDeleted}", world.Told[^1]);
        Assert.Equal(SnapshotKind.Tombstone, Assert.Single(world.Snapshots.Of(World.Name)).Kind);

        world.Told.Clear();
        world.Load();
        Assert.Equal($"failed {RefusalReason.DocumentDeleted}", world.Told[^1]);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_tombstone_that_cannot_be_stored_gives_the_job_back()
    {
        using var world = new LoaderWorld();
        world.Backplane.AppendElsewhere(World.Name, 50, [], EntryKind.Deleted);
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("away");
        world.Load();
        Assert.Equal($"failed {RefusalReason.DocumentDeleted}", world.Told[^1]);
        Assert.Equal(["away"], world.Backplane.Problems);
    }

    [Fact]
    public void A_load_answers_the_requests_that_came_before_it()
    {
        using var world = new LoaderWorld();
        var answers = new List<string>();
        world.Bench.Do(() => world.Requests.Add(reason => answers.Add("before")));
        world.Load();
        world.Bench.Do(() => world.Requests.Add(reason => answers.Add("after")));
        world.Bench.Do(() => world.Requests.LookEnded(world.Loaded!.Look, RefusalReason.None));
        Assert.Equal(["before"], answers);
    }

    private sealed class LoaderWorld : ILoaderSession, IListingSession, IPeers, IChannelListener, IDisposable
    {
        private readonly Loader loader;
        private PeerState? shared;
        private ulong ids;

        public LoaderWorld()
        {
            Snapshots = new MemorySnapshots(Bench.Time);
            var context = Bench.Context();
            var durable = new DurableStateReader(
                Backplane,
                Snapshots,
                new YjsContentKind(true),
                Bench.Time,
                NullLogger<DurableStateReader>.Instance);
            var sources = new LoadSources(Backplane.ChannelOf(1), this, durable, Backplane, Snapshots, Backplane);
            Listing = new LocatorListing(context, Locator, new LateRemovals(), this);
            loader = new Loader(context, sources, Listing, Requests, this, this);
        }

        public PartBench Bench { get; } = new();

        public MemoryBackplane Backplane { get; } = new();

        public MemorySnapshots Snapshots { get; }

        public MemoryLocator Locator { get; } = new();

        public LocatorListing Listing { get; }

        public PendingReads Requests { get; } = new();

        public LoadedDocument? Loaded { get; private set; }

        public List<string> Told { get; } = [];

        bool IListingSession.IsWanted => false;

        public LoggedEntry Append(string text) =>
            Backplane.AppendElsewhere(World.Name, ++ids, Messages.Typed(ids, 0, text));

        /// <summary>Another node holds the document, and shares this.</summary>
        public void Share(Position position, byte[] state)
        {
            Locator.Others.Add("10.0.0.2:80#1");
            shared = new PeerState(position, Position.None, new HashSet<Position>(), state, default, default);
        }

        public void Load() => Bench.Do(loader.Begin);

        public void Release() => Bench.Do(() => _ = loader.ReleaseAsync().AsTask());

        /// <summary>What the log holds, as one state.</summary>
        public byte[] Logged() =>
            World.StateOf([.. Backplane.Entries(World.Name).Select(entry => entry.Payload.ToArray())]);

        ValueTask<PeerState?> IPeers.AskAsync(
            DocumentName document, IReadOnlyList<string> holders, CancellationToken cancellation) =>
            ValueTask.FromResult(shared);

        bool ILoaderSession.IsSaveDemanded => false;

        void ILoaderSession.OnListening() => Told.Add("listening");

        void ILoaderSession.OnLoaded(LoadedDocument loaded)
        {
            Loaded = loaded;
            Told.Add("loaded");
        }

        void ILoaderSession.OnLoadFailed(RefusalReason reason) => Told.Add($"failed {reason}");

        void IListingSession.OnAdditionEnded()
        {
        }

        void IListingSession.OnRemoved()
        {
        }

        void IListingSession.OnReturned()
        {
        }

        void IChannelListener.OnEntry(in LoggedEntry entry)
        {
        }

        void IChannelListener.OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
        {
        }

        void IChannelListener.OnStateless(ulong sender, ReadOnlyMemory<byte> message)
        {
        }

        void IChannelListener.OnSaved(Position position)
        {
        }

        void IChannelListener.OnInterrupted()
        {
        }

        public void Dispose() => Bench.Dispose();
    }
}
