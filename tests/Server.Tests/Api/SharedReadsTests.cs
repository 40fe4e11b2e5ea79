using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Sessions;
using static Relay.Doubles.Messages;

namespace Relay.Api;

/// <summary>Documents that are not open, as all who ask for them at the same time share them.</summary>
public sealed class SharedReadsTests
{
    private const int LargeBytes = 1 << 20;

    [Fact]
    public async Task All_who_ask_while_a_document_is_read_share_the_next_read()
    {
        using var world = new World();
        var reads = Reads(world);
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        client.Leave();
        world.Advance(120);
        world.Snapshots.Reading.IsShut = true;
        var tasks = Enumerable.Range(0, 20).Select(_ => reads.ReadAsync(World.Name, default)).ToList();
        world.Run();
        Assert.DoesNotContain(tasks, task => task.IsCompleted);
        world.Snapshots.Reading.Open();
        world.Run();
        Assert.All(tasks, task => Assert.True(task.IsCompletedSuccessfully));
        var answers = await Task.WhenAll(tasks);
        Assert.All(answers, answer => Assert.Equal(Typed(1, 0, "a"), answer!.Value.State.ToArray()));
        Assert.All(answers, answer => Assert.True(IsSame(answers[0], answer)));
    }

    [Fact]
    public async Task A_document_is_read_once_for_all_who_come_while_it_is_sent_to_one()
    {
        using var world = new World();
        var reads = Reads(world);
        var client = world.Client();
        client.Say(Update(Typed(1, 0, new string('a', LargeBytes))));
        client.Leave();
        world.Advance(120);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var first = await AskAsync(world, reads);
        var calls = world.Snapshots.Reading.Calls;
        var afterFirst = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            Assert.True(IsSame(first, await AskAsync(world, reads)));
        }

        // The snapshots are listed once for each, and none is read. The first one takes the document that checks the
        // snapshot; what is sent is the snapshot itself.
        Assert.Equal(20, world.Snapshots.Reading.Calls - calls);
        Assert.InRange(afterFirst - before, LargeBytes, 1.25 * LargeBytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - afterFirst, 0, LargeBytes / 8);
    }

    [Fact]
    public async Task What_is_logged_while_a_document_is_sent_is_in_the_next_answer()
    {
        using var world = new World();
        var reads = Reads(world);
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        client.Leave();
        world.Advance(120);
        var saved = await AskAsync(world, reads);
        client = world.Client();
        client.Say(Update(Typed(2, 0, "b")));
        world.Run();
        var logged = await AskAsync(world, reads);
        Assert.NotEqual(saved.State.ToArray(), logged.State.ToArray());
        Assert.True(IsSame(logged, await AskAsync(world, reads)));
        client.Leave();
        world.Advance(120);

        // The state is the same, but another snapshot is listed.
        var again = await AskAsync(world, reads);
        Assert.False(IsSame(logged, again));
        Assert.Equal(logged.State.ToArray(), again.State.ToArray());
    }

    [Fact]
    public async Task A_deletion_while_a_document_is_sent_is_in_the_next_answer()
    {
        using var world = new World();
        var reads = Reads(world);
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        client.Leave();
        world.Advance(120);
        var saved = await AskAsync(world, reads);
        var deletion = world.Delete();
        world.Run();
        Assert.True(deletion.IsCompletedSuccessfully);
        Assert.Equal(DurableOutcome.Deleted, (await AskAsync(world, reads)).Outcome);
        Assert.Equal(Typed(1, 0, "a"), saved.State.ToArray());
    }

    [Fact]
    public async Task A_read_that_fails_ends_for_those_who_share_it_and_the_next_one_begins_anew()
    {
        using var world = new World();
        var reads = Reads(world);
        world.Snapshots.Reading.Failure = new Persistence.SnapshotStoreUnavailableException("It is away.");
        var failed = reads.ReadAsync(World.Name, default);
        world.Run();
        Assert.True(failed.IsFaulted);
        world.Snapshots.Reading.Failure = null;
        var read = reads.ReadAsync(World.Name, default);
        world.Run();
        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal(DurableOutcome.Read, (await read)!.Value.Outcome);
    }

    [Fact]
    public void Only_some_documents_are_read_at_once()
    {
        using var world = new World();
        var reads = Reads(world);
        world.Snapshots.Reading.IsShut = true;
        var tasks = Enumerable.Range(0, 2 * SharedReads.AtOnce)
            .Select(i => reads.ReadAsync(Yjs.DocumentName.Create($"d{i}"), default)).ToList();
        world.Run();
        Assert.Equal(SharedReads.AtOnce, world.Snapshots.Reading.Waiting);
        world.Snapshots.Reading.Open();
        world.Run();
        Assert.All(tasks, task => Assert.True(task.IsCompletedSuccessfully));
    }

    [Fact]
    public void Reads_that_all_have_given_up_keep_no_place()
    {
        using var world = new World();
        var reads = Reads(world);
        world.Snapshots.Reading.IsShut = true;
        using var given = new CancellationTokenSource();
        var tasks = Enumerable.Range(0, 1000).Select(i => reads.ReadAsync(Named(i), given.Token)).ToList();
        world.Run();
        Assert.Equal(SharedReads.Most, tasks.Count(task => !task.IsCompleted));
        given.Cancel();
        world.Run();
        Assert.All(tasks[..SharedReads.Most], task => Assert.True(task.IsCanceled));

        // Those that had begun have their places until the store has answered; it is asked for no others.
        var honest = reads.ReadAsync(World.Name, default);
        world.Snapshots.Reading.Open();
        world.Run();
        Assert.True(honest.IsCompletedSuccessfully);
        Assert.InRange(world.Snapshots.Reading.Calls, 1, 4 * SharedReads.AtOnce);
    }

    [Fact]
    public async Task More_reads_than_may_wait_are_refused()
    {
        using var world = new World();
        var reads = Reads(world);
        world.Snapshots.Reading.IsShut = true;
        var tasks = Enumerable.Range(0, SharedReads.Most).Select(i => reads.ReadAsync(Named(i), default)).ToList();
        world.Run();
        var refused = reads.ReadAsync(World.Name, default);
        Assert.True(refused.IsCompletedSuccessfully);
        Assert.Null(await refused);

        // Who joins a read that waits, or follows one that is under way, takes no place.
        var follower = reads.ReadAsync(Named(0), default);
        var joined = reads.ReadAsync(Named(SharedReads.Most - 1), default);
        world.Snapshots.Reading.Open();
        world.Run();
        Assert.All([.. tasks, joined, follower], task => Assert.True(task.IsCompletedSuccessfully));
        Assert.NotNull(await follower);
    }

    [Fact]
    public void Who_gives_up_ends_no_read_that_another_one_waits_for()
    {
        using var world = new World();
        var reads = Reads(world);
        world.Snapshots.Reading.IsShut = true;
        using var given = new CancellationTokenSource();
        var begun = reads.ReadAsync(World.Name, given.Token);
        world.Run();
        var waiting = reads.ReadAsync(World.Name, given.Token);
        var other = reads.ReadAsync(World.Name, default);
        world.Run();
        given.Cancel();
        world.Run();
        Assert.True(begun.IsCanceled);
        Assert.True(waiting.IsCanceled);
        world.Snapshots.Reading.Open();
        world.Run();
        Assert.True(other.IsCompletedSuccessfully);
    }

    private static bool IsSame(
        (DurableOutcome Outcome, ReadOnlyMemory<byte> State)? one,
        (DurableOutcome Outcome, ReadOnlyMemory<byte> State)? other) => one!.Value.State.Equals(other!.Value.State);

    private static async Task<(DurableOutcome Outcome, ReadOnlyMemory<byte> State)> AskAsync(
        World world, SharedReads reads)
    {
        var asked = reads.ReadAsync(World.Name, default);
        world.Run();
        Assert.True(asked.IsCompletedSuccessfully);
        return (await asked)!.Value;
    }

    private static Yjs.DocumentName Named(int number) => Yjs.DocumentName.Create($"d{number}");

    private static SharedReads Reads(World world) => new(
        new DurableStateReader(
            world.Backplane,
            world.Snapshots,
            new YjsContentKind(true),
            world.Time,
            NullLogger<DurableStateReader>.Instance),
        world.Time);
}
