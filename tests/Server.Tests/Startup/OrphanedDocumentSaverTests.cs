using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Connections;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Startup;

public sealed class OrphanedDocumentSaverTests : IDisposable
{
    private static readonly OrphanedDocumentOptions Options = new();

    private readonly World world = new();
    private readonly OfferedJobs jobs = new();
    private readonly CancellationTokenSource stop = new();
    private readonly OrphanedDocumentSaver saver;
    private Task running = Task.CompletedTask;

    public OrphanedDocumentSaverTests() =>
        saver = new OrphanedDocumentSaver(jobs, world.Sessions, Options, world.Time,
            NullLogger<OrphanedDocumentSaver>.Instance);

    public void Dispose()
    {
        saver.Dispose();
        stop.Dispose();
        world.Dispose();
    }

    [Fact]
    public void An_orphaned_document_is_saved_and_left()
    {
        Forget("doc");
        Start();
        Until(() => IsSaved("doc") && world.Sessions.Count == 0);
        Assert.Equal(Typed(1, 0, "a"), Assert.Single(world.Snapshots.Of(DocumentName.Create("doc"))).Update.ToArray());
        Assert.Empty(jobs.Failed);
    }

    [Fact]
    public void What_is_orphaned_later_is_found_after_the_interval()
    {
        Start();
        Forget("doc");
        world.Run();
        Assert.Empty(world.Snapshots.Of(DocumentName.Create("doc")));
        world.Advance(Options.Interval.TotalSeconds);
        Until(() => IsSaved("doc"));
    }

    [Fact]
    public void Only_a_few_are_in_memory_at_once_and_all_are_saved_without_a_pause()
    {
        for (var i = 0; i < 10; i++)
        {
            Forget($"doc{i}");
        }

        world.Snapshots.Writing.IsShut = true;
        Start();
        Until(() => world.Snapshots.Writing.Waiting == Options.AtOnce);
        Assert.Equal(Options.AtOnce, world.Sessions.Count);
        world.Snapshots.Writing.Open();
        Until(() => Enumerable.Range(0, 10).All(i => IsSaved($"doc{i}")));
    }

    [Fact]
    public void A_document_that_a_client_opens_meanwhile_holds_up_the_others_no_longer_than_the_claim()
    {
        for (var i = 0; i < 5; i++)
        {
            Forget($"doc{i}");
        }

        world.Snapshots.Reading.IsShut = true;
        Start();
        var client = new TestConnection(world.Context, world.Sessions, DocumentName.Create("doc0")).Join();
        client.Say(Step1());
        world.Snapshots.Reading.Open();
        Until(() => client.IsSynced && IsSaved("doc1") && IsSaved("doc2") && IsSaved("doc3")
            && world.Sessions.Count == 1);
        Assert.False(IsSaved("doc4"));
        Until(() => IsSaved("doc4"), step: Options.Lease / 10);
    }

    [Fact]
    public void What_cannot_be_opened_is_told_the_job()
    {
        Forget("doc");
        world.Snapshots.Reading.Failure = new SnapshotStoreUnavailableException("It is away.", new IOException());
        Start();
        Until(() => jobs.Failed.Count > 0);
        Assert.Equal((DocumentName.Create("doc"), CloseReason.StoreUnavailable.Text), Assert.Single(jobs.Failed));
    }

    [Fact]
    public void Jobs_that_cannot_be_reached_are_asked_for_again()
    {
        jobs.Claiming.Failure = new BackplaneUnavailableException("It is away.");
        Forget("doc");
        Start();
        world.Advance(2 * Options.Interval.TotalSeconds);
        Assert.Equal(3, jobs.Claiming.Calls);
        jobs.Claiming.Failure = null;
        world.Advance(Options.Interval.TotalSeconds);
        Until(() => IsSaved("doc"));
    }

    [Fact]
    public void A_node_that_stops_opens_nothing_more_and_calls_no_visit_a_failure()
    {
        Forget("doc");
        Forget("other");
        world.Snapshots.Reading.IsShut = true;
        Start();
        stop.Cancel();
        Until(() => running.IsCanceled);
        world.Snapshots.Reading.Open();
        Until(() => world.Sessions.Count == 0);
        Assert.Empty(jobs.Failed);
        world.Advance(10 * Options.Interval.TotalSeconds);
        Assert.Equal(1, jobs.Claiming.Calls);
    }

    [Fact]
    public void It_begins_when_the_node_listens_and_ends_before_clients_are_sent_away()
    {
        Assert.True(saver.StartAsync(CancellationToken.None).IsCompletedSuccessfully);
        Assert.Null(saver.ExecuteTask);
        Assert.True(saver.StartedAsync(CancellationToken.None).IsCompletedSuccessfully);
        Until(() => jobs.Claiming.Calls == 1);
        var stopping = saver.StoppingAsync(CancellationToken.None);
        Until(() => stopping.IsCompletedSuccessfully);
        Assert.True(saver.ExecuteTask!.IsCompleted);
    }

    private void Forget(string name)
    {
        world.Backplane.AppendElsewhere(DocumentName.Create(name), 7, Typed(1, 0, "a"));
        jobs.Orphaned.Enqueue(DocumentName.Create(name));
    }

    private bool IsSaved(string name) => world.Snapshots.Of(DocumentName.Create(name)).Count > 0;

    /// <summary>
    /// Lets everything go on until this is so: what one thread leaves to another comes back to this one.
    /// </summary>
    private void Until(Func<bool> condition, TimeSpan step = default) =>
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    world.Advance(step.TotalSeconds);
                    return condition();
                },
                TimeSpan.FromSeconds(60)));

    private void Start()
    {
        // The test framework has set its own since the world was made.
        SynchronizationContext.SetSynchronizationContext(world.Context);
        running = saver.RunAsync(stop.Token);
        world.Run();
    }
}
