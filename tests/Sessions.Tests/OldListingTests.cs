using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>
/// A reading whose node stood still between listing the snapshots and reading the log. Meanwhile others wrote, saved,
/// and the covered log expired.
/// </summary>
public sealed class OldListingTests
{
    private static readonly byte[] A = Typed(1, 0, "a");

    private static Snapshot Saved => new(
        World.Name,
        SnapshotKind.State,
        new Position(1000, 1, new EntryId(1)),
        DateTimeOffset.UnixEpoch,
        World.StateOf(A));

    [Fact]
    public async Task What_was_saved_while_the_reading_stood_still_is_found_though_the_log_is_gone()
    {
        using var world = new World();
        var store = new InterruptedListing(world.Snapshots, () =>
        {
            world.Store(Saved);
            world.Time.Advance(TimeSpan.FromDays(2));
        });
        var state = await Reader(world, store).ReadAsync(World.Name, TestContext.Current.CancellationToken);
        Assert.Equal(World.StateOf(A), state.Document.EncodeState());
        Assert.Equal(3, store.Listings);
    }

    [Fact]
    public async Task Where_there_is_no_log_snapshots_are_listed_once()
    {
        using var world = new World();
        var store = new InterruptedListing(world.Snapshots, static () => { });
        await Reader(world, store).ReadAsync(World.Name, TestContext.Current.CancellationToken);
        Assert.Equal(1, store.Listings);
    }

    private static DurableStateReader Reader(World world, ISnapshotStore store) =>
        new(world.Backplane, store, new YjsContentKind(true), world.Time, NullLogger<DurableStateReader>.Instance);

    /// <summary>Something happens after the first listing.</summary>
    private sealed class InterruptedListing(ISnapshotStore store, Action interrupt) : ISnapshotStore
    {
        public int Listings { get; private set; }

        public async ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(
            DocumentName document, CancellationToken cancellation)
        {
            var listing = await store.ListAsync(document, cancellation);
            if (++Listings == 1)
            {
                interrupt();
            }

            return listing;
        }

        public ValueTask<SnapshotReadResult> ReadAsync(
            DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
            store.ReadAsync(document, snapshot, cancellation);

        public ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation) =>
            store.WriteAsync(snapshot, cancellation);

        public ValueTask DeleteAsync(
            DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
            store.DeleteAsync(document, snapshot, cancellation);

        public ValueTask<string?> SetAsideAsync(
            DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
            store.SetAsideAsync(document, snapshot, cancellation);
    }
}
