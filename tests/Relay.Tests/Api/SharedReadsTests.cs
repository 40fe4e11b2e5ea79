using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Sessions;
using static Relay.Doubles.Messages;

namespace Relay.Api;

/// <summary>Documents that are not open, as all who ask for them at the same time share them.</summary>
public sealed class SharedReadsTests
{
    [Fact]
    public async Task All_who_ask_while_a_document_is_read_share_the_next_read()
    {
        using var world = new World();
        using var reads = Reads(world);
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
        Assert.All(answers, answer => Assert.Equal(Typed(1, 0, "a"), answer.State));
        Assert.All(answers[2..], answer => Assert.Same(answers[1].State, answer.State));
        Assert.NotSame(answers[0].State, answers[1].State);
    }

    [Fact]
    public async Task A_read_that_fails_ends_for_those_who_share_it_and_the_next_one_begins_anew()
    {
        using var world = new World();
        using var reads = Reads(world);
        world.Snapshots.Reading.Failure = new Persistence.SnapshotStoreUnavailableException("It is away.");
        var failed = reads.ReadAsync(World.Name, default);
        world.Run();
        Assert.True(failed.IsFaulted);
        world.Snapshots.Reading.Failure = null;
        var read = reads.ReadAsync(World.Name, default);
        world.Run();
        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal(DurableOutcome.Read, (await read).Outcome);
    }

    [Fact]
    public void Only_some_documents_are_read_at_once()
    {
        using var world = new World();
        using var reads = Reads(world);
        world.Snapshots.Reading.IsShut = true;
        var tasks = Enumerable.Range(0, 2 * SharedReads.AtOnce)
            .Select(i => reads.ReadAsync(Yjs.DocumentName.Create($"d{i}"), default)).ToList();
        world.Run();
        Assert.Equal(SharedReads.AtOnce, world.Snapshots.Reading.Waiting);
        world.Snapshots.Reading.Open();
        world.Run();
        Assert.All(tasks, task => Assert.True(task.IsCompletedSuccessfully));
    }

    private static SharedReads Reads(World world) => new(
        new DurableStateReader(
            world.Backplane, world.Snapshots, garbageCollection: true, NullLogger<DurableStateReader>.Instance),
        world.Time);
}
