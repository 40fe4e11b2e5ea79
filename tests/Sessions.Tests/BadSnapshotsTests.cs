using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Setting snapshots aside: under live sessions, and interrupted at any step.</summary>
public sealed class BadSnapshotsTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(1, 2, "c");
    private static readonly byte[] D = Typed(4, 0, "d");

    [Fact]
    public async Task What_a_live_session_has_and_the_stores_lose_with_a_snapshot_is_appended_again()
    {
        using var world = new World();
        var (client, bad) = WithTwoBadSnapshots(world);
        await SetBothAside(world, bad);
        world.Advance(120);
        Assert.Equal(World.StateOf(A, B, C), client.Document.EncodeState());
        client.Leave();
        world.Advance(120);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(World.StateOf(A, B, C), world.Stored());
    }

    [Fact]
    public async Task So_it_is_if_another_node_opens_and_saves_what_was_left_first()
    {
        using var world = new World();
        var (_, bad) = WithTwoBadSnapshots(world);

        // The node with the whole document hears of nothing for a while.
        world.Backplane.IsHushed = true;
        await SetBothAside(world, bad);
        var newcomer = world.Client(node: 1);
        newcomer.Say(Update(D));
        Assert.Equal(World.StateOf(A, C, D), newcomer.Document.EncodeState());
        world.Node(1).Save(World.Name, again: true, (_, _) => { });
        world.Run();
        world.Backplane.IsHushed = false;
        world.Backplane.Interrupt();
        world.Advance(120);
        Assert.Equal(World.StateOf(A, B, C, D), world.Stored());
        Assert.Equal(World.StateOf(A, B, C, D), newcomer.Document.EncodeState());
    }

    [Fact]
    public async Task A_live_session_without_a_log_is_told_as_well()
    {
        using var world = new World();
        var client = world.Client();
        Write(world, client, A, B);
        world.Backplane.Lose(World.Name);
        var bad = world.Snapshots.Of(World.Name)[0].Position;
        world.Snapshots.Damage(bad);
        Assert.Equal(SetAsideOutcome.WouldLose, (await world.SetAside(bad, acceptsLoss: false)).Outcome);
        Assert.Equal(SetAsideOutcome.Done, (await world.SetAside(bad, acceptsLoss: true)).Outcome);
        world.Advance(120);
        client.Leave();
        world.Advance(120);
        Assert.Equal(World.StateOf(A, B), world.Stored());
    }

    [Fact]
    public async Task What_the_log_makes_up_for_is_saved_again_before_the_log_expires()
    {
        using var world = new World();
        var client = world.Client();
        Write(world, client, A, B);
        client.Leave();
        world.Advance(60);
        var bad = world.Snapshots.Of(World.Name)[0].Position;
        world.Snapshots.Damage(bad);
        var result = await world.SetAside(bad, acceptsLoss: false);
        Assert.Equal((SetAsideOutcome.Done, true, null), (result.Outcome, result.Opens, result.Loss));

        // A log that is covered expires; one with an entry that no snapshot covers is a job.
        Assert.True(world.Backplane.End(World.Name).Offset > bad.Offset);
        world.Visit();
        world.Advance(1);
        Assert.Equal(World.StateOf(A, B), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public async Task The_bad_one_stays_as_long_as_the_log_cannot_say_what_is_left()
    {
        using var world = new World();
        var (_, bad) = WithTwoBadSnapshots(world);
        await world.SetAside(bad[0], acceptsLoss: true);
        world.Backplane.Appending.Failure = new BackplaneUnavailableException("The log is away.");
        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => world.SetAside(bad[1], acceptsLoss: true));
        Assert.Contains(world.Snapshots.Of(World.Name), snapshot => snapshot.Position == bad[1]);
        world.Backplane.Appending.Failure = null;
        Assert.True((await world.SetAside(bad[1], acceptsLoss: true)).Opens);
    }

    [Fact]
    public async Task A_node_that_dies_after_the_log_began_anew_leaves_what_another_one_completes()
    {
        using var world = new World();
        var bad = WithABadSnapshotAtTheEnd(world);
        world.Snapshots.SettingAside.Failure = new SnapshotStoreUnavailableException("The node died.");
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(() => world.SetAside(bad, acceptsLoss: true));

        // No client is served less than the document meanwhile, and the one who asks again is asked again.
        Assert.Equal(DurableOutcome.Unreadable, world.Read().Outcome);
        world.Snapshots.SettingAside.Failure = null;
        Assert.Equal(SetAsideOutcome.WouldLose, (await world.SetAside(bad, acceptsLoss: false)).Outcome);
        Assert.True((await world.SetAside(bad, acceptsLoss: true)).Opens);
        Assert.Equal(World.StateOf(A, C), world.Stored());
    }

    [Fact]
    public async Task A_node_that_dies_after_the_snapshot_went_has_left_a_document_that_opens()
    {
        using var world = new World();
        var bad = WithABadSnapshotAtTheEnd(world);
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("The node died.");
        Assert.True((await world.SetAside(bad, acceptsLoss: true)).Opens);
        Assert.Equal(World.StateOf(A, C), world.Stored());
    }

    [Fact]
    public async Task What_is_appended_while_the_log_begins_anew_is_not_lost_with_it()
    {
        using var world = new World();
        var bad = WithABadSnapshotAtTheEnd(world);
        world.Backplane.Appending.IsShut = true;
        var setting = world.SetAside(bad, acceptsLoss: true);
        world.Backplane.AppendElsewhere(World.Name, 77, D);
        world.Backplane.Appending.Open();
        world.Run();
        Assert.True((await setting).Opens);
        Assert.Equal(World.StateOf(A, C, D), world.Stored());
    }

    /// <summary>Three snapshots, of which the two newest are damaged under a client that has everything.</summary>
    private static (TestConnection Client, Position[] Bad) WithTwoBadSnapshots(World world)
    {
        var client = world.Client();
        Write(world, client, A, B, C);
        Position[] bad = [.. world.Snapshots.Of(World.Name).Take(2).Select(snapshot => snapshot.Position)];
        world.Snapshots.Damage(bad[0]);
        world.Snapshots.Damage(bad[1]);
        return (client, bad);
    }

    /// <summary>The log begins after a second entry that only the bad snapshot at its end has.</summary>
    private static Position WithABadSnapshotAtTheEnd(World world)
    {
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A).Position;
        var second = world.Backplane.AppendElsewhere(World.Name, 2, B).Position;
        var third = world.Backplane.AppendElsewhere(World.Name, 3, C).Position;
        Assert.True(world.Backplane.CheckpointAsync(World.Name, third, second, default).IsCompletedSuccessfully);
        world.Store(new Snapshot(World.Name, SnapshotKind.State, first, DateTimeOffset.UnixEpoch, A));
        var all = World.StateOf(A, B, C);
        world.Store(new Snapshot(World.Name, SnapshotKind.State, third, DateTimeOffset.UnixEpoch, all));
        world.Snapshots.Damage(third);
        return third;
    }

    private static async Task SetBothAside(World world, Position[] bad)
    {
        var first = await world.SetAside(bad[0], acceptsLoss: true);
        Assert.Equal((SetAsideOutcome.Done, false), (first.Outcome, first.Opens));
        var second = await world.SetAside(bad[1], acceptsLoss: true);
        Assert.Equal((SetAsideOutcome.Done, true), (second.Outcome, second.Opens));
        Assert.NotNull(second.Loss);
    }

    /// <summary>Has a client write these, each into a snapshot of its own.</summary>
    private static void Write(World world, TestConnection client, params byte[][] updates)
    {
        foreach (var update in updates)
        {
            client.Say(Update(update));
            world.Advance(61);
        }

        Assert.Equal(updates.Length, world.Snapshots.Of(World.Name).Count);
    }
}
