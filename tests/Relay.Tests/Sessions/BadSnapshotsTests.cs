using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Setting aside the snapshot before which the log was trimmed, when it is interrupted.</summary>
public sealed class BadSnapshotsTests
{
    private static readonly byte[] A = Messages.Typed(1, 0, "a");
    private static readonly byte[] C = Messages.Typed(3, 0, "c");

    private readonly MemoryBackplane backplane = new();
    private readonly MemorySnapshots snapshots = new(TimeProvider.System);
    private readonly BadSnapshots bad;
    private readonly SnapshotInfo broken;

    public BadSnapshotsTests()
    {
        bad = new BadSnapshots(snapshots, new DurableStateReader(backplane, snapshots, garbageCollection: true, NullLogger<DurableStateReader>.Instance), TimeProvider.System);
        var first = backplane.AppendElsewhere(World.Name, 1, A).Position;
        var second = backplane.AppendElsewhere(World.Name, 2, Messages.Typed(2, 0, "b")).Position;
        backplane.AppendElsewhere(World.Name, 3, C);
        Store(first, A);
        Store(second, World.StateOf(A, Messages.Typed(2, 0, "b")));
        Assert.True(backplane.CheckpointAsync(World.Name, second, second, default).IsCompletedSuccessfully);
        snapshots.Damage(second);
        broken = new SnapshotInfo(second, 1, default);
    }

    [Fact]
    public async Task The_bad_one_stays_as_long_as_what_is_left_cannot_be_stored()
    {
        snapshots.Writing.Failure = new SnapshotStoreUnavailableException("The store is away.");
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(() => bad.SetAsideAsync(World.Name, broken, acceptsLoss: true, default));
        Assert.Equal(2, snapshots.Of(World.Name).Count);

        snapshots.Writing.Failure = null;
        var result = await bad.SetAsideAsync(World.Name, broken, acceptsLoss: true, default);
        Assert.Equal((SetAsideOutcome.Done, true), (result.Outcome, result.Opens));
        Assert.NotNull(result.Loss);
        Assert.Equal(World.StateOf(A, C), snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public async Task Whoever_was_interrupted_after_storing_what_is_left_asks_again()
    {
        Store(backplane.End(World.Name), World.StateOf(A, C));
        var result = await bad.SetAsideAsync(World.Name, broken, acceptsLoss: false, default);
        Assert.Equal((SetAsideOutcome.Done, true, null), (result.Outcome, result.Opens, result.Loss));
        Assert.Equal([backplane.End(World.Name), new Position(broken.Position.Epoch, 1, new EntryId(1))], snapshots.Of(World.Name).Select(snapshot => snapshot.Position));
    }

    private void Store(Position position, byte[] state) => snapshots.Put(new Snapshot(World.Name, SnapshotKind.State, position, DateTimeOffset.UnixEpoch, state));
}
