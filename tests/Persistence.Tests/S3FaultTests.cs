using System.Diagnostics;
using Relay.Persistence.S3;

namespace Relay.Persistence;

/// <summary>An S3 that is killed, hangs, refuses, or answers half.</summary>
[Collection(S3CollectionDefinition.Name)]
public sealed class S3FaultTests(S3Fixture shared) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly Snapshot First = Samples.State(Samples.At(1, 1), null, 1, 2, 3);
    private static readonly Snapshot Second = Samples.State(Samples.At(1, 2), null,
        [.. Enumerable.Repeat((byte)7, 300_000)]);

    private readonly List<IAsyncDisposable> servers = [];
    private readonly List<IDisposable> opened = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        opened.ForEach(one => one.Dispose());
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_is_killed_under_writes_fails_them_and_what_counted_before_is_there_afterwards()
    {
        var gateway = await StartGatewayAsync();
        var options = shared.NewPlace(gateway.Address) with { CallTimeout = Deadline };
        var store = Open(options);
        var written = new List<Snapshot>();
        var some = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable.Range(1, 4).Select(async epoch =>
        {
            for (var offset = 1; ; offset++)
            {
                var snapshot = Samples.State(Samples.At(epoch, offset), null,
                    [.. Enumerable.Repeat((byte)epoch, 200_000)]);
                try
                {
                    await store.WriteAsync(snapshot, default).Soon();
                }
                catch (SnapshotStoreUnavailableException)
                {
                    return snapshot;
                }

                lock (written)
                {
                    written.Add(snapshot);
                    if (written.Count == 8)
                    {
                        some.SetResult();
                    }
                }
            }
        }).ToList();
        await some.Task.Soon();
        await gateway.KillAsync();
        var failed = await Task.WhenAll(writers).Soon();
        await AssertUnavailableInTimeAsync(store);

        await StartGatewayAsync(gateway.Address.Port);
        foreach (var snapshot in failed)
        {
            await store.WriteAsync(snapshot, default).Soon();
        }

        var listed = await store.ListAsync(Samples.Document, default).Soon();
        foreach (var snapshot in written.Concat(failed))
        {
            var result = await store.ReadAsync(Samples.Document,
                Assert.Single(listed, s => s.Position == snapshot.Position), default).Soon();
            Samples.AssertSame(snapshot, result.Snapshot);
        }
    }

    [Fact]
    public async Task A_server_that_hangs_costs_a_deadline_and_no_more()
    {
        var gateway = await StartGatewayAsync();
        var options = shared.NewPlace(gateway.Address) with { CallTimeout = Deadline };
        var store = Open(options);
        await store.WriteAsync(First, default).Soon();

        await gateway.StopAsync();
        await AssertUnavailableInTimeAsync(store);
        using var cancellation = new CancellationTokenSource();
        var waiting = Open(options with { CallTimeout = TimeSpan.FromMinutes(1) })
            .WriteAsync(Second, cancellation.Token).Soon();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await gateway.ContinueAsync();
        await store.WriteAsync(Second, default).Soon();

        // What was sent to it while it hung may have been carried out by now, the deletion of the first snapshot too.
        Assert.Contains(Second.Position,
            (await store.ListAsync(Samples.Document, default).Soon()).Select(s => s.Position));
    }

    [Fact]
    public async Task Throttling_is_tried_again_and_without_end_is_unavailable()
    {
        var (store, proxy) = BehindProxy();
        proxy.Plan(Fault.S3(503, "SlowDown"));
        await store.WriteAsync(First, default).Soon();
        proxy.Plan(Fault.S3(503, "SlowDown"));
        var info = Assert.Single(await store.ListAsync(Samples.Document, default).Soon());
        proxy.Plan(Fault.S3(500, "InternalError"));
        Samples.AssertSame(First, (await store.ReadAsync(Samples.Document, info, default).Soon()).Snapshot);

        proxy.Plan([.. Enumerable.Repeat(Fault.S3(503, "SlowDown", "Reduce your request rate."), 20)]);
        var exception = await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            () => store.ListAsync(Samples.Document, default).Soon());
        Assert.Contains("Reduce your request rate.", exception.Message);
    }

    [Fact]
    public async Task A_put_whose_answer_was_lost_is_found_and_counts()
    {
        var (store, proxy) = BehindProxy();

        // The question whether the key is free passes; the put is carried out, and its answer is lost.
        proxy.Plan(Fault.CutAnswer(int.MaxValue), Fault.LostAnswer);
        await store.WriteAsync(First, default).Soon();

        var info = Assert.Single(await store.ListAsync(Samples.Document, default).Soon());
        Samples.AssertSame(First, (await store.ReadAsync(Samples.Document, info, default).Soon()).Snapshot);
    }

    [Fact]
    public async Task A_transfer_that_is_cut_is_begun_again_and_never_taken_for_damage()
    {
        var (store, proxy) = BehindProxy();
        await store.WriteAsync(Second, default).Soon();
        var info = Assert.Single(await store.ListAsync(Samples.Document, default).Soon());
        foreach (var bytes in new[] { 1000, 200_000 })
        {
            proxy.Plan(Fault.CutAnswer(bytes), Fault.CutAnswer(bytes));
            Samples.AssertSame(Second, (await store.ReadAsync(Samples.Document, info, default).Soon()).Snapshot);
        }

        proxy.Plan([.. Enumerable.Repeat(Fault.CutAnswer(200_000), 20)]);
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            () => store.ReadAsync(Samples.Document, info, default).Soon());
    }

    [Fact]
    public async Task Refusals_are_sentences_that_name_the_permission()
    {
        string[] needed = ["s3:ListBucket", "s3:PutObject", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
        int[] request = [0, 2, 3, 5, 6];
        for (var at = 0; at < needed.Length; at++)
        {
            var (store, proxy) = BehindProxy();
            proxy.Plan(
                [.. Enumerable.Repeat(Fault.CutAnswer(int.MaxValue), at == 0 ? 0 : at),
                    Fault.S3(403, "AccessDenied", "Access Denied")]);

            var exception = await Assert.ThrowsAsync<SnapshotStoreMisconfiguredException>(
                () => store.CheckBucketAsync(create: true, default).Soon());

            Assert.Contains(needed[at], exception.Message);
        }

        var (refused, one) = BehindProxy();
        one.Plan(Fault.S3(403, "AccessDenied", "Access Denied"));
        var call = await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            () => refused.ListAsync(Samples.Document, default).Soon());
        Assert.Contains("s3:ListBucket", call.Message);
    }

    [Fact]
    public async Task A_server_without_conditions_is_asked_first_and_nothing_is_overwritten()
    {
        var (store, proxy) = BehindProxy();
        proxy.Plan(Fault.CutAnswer(int.MaxValue), Fault.S3(501, "NotImplemented"));
        await store.WriteAsync(First, default).Soon();
        Assert.False(store.ConditionalPuts);

        await store.WriteAsync(First with { WrittenAt = First.WrittenAt.AddHours(1) }, default).Soon();

        var info = Assert.Single(await store.ListAsync(Samples.Document, default).Soon());
        Samples.AssertSame(First, (await store.ReadAsync(Samples.Document, info, default).Soon()).Snapshot);
    }

    private static async Task AssertUnavailableInTimeAsync(S3SnapshotStore store)
    {
        var info = new SnapshotInfo(First.Position, 100, Samples.Time);
        foreach (var call in new Func<Task>[]
        {
            () => store.ListAsync(Samples.Document, default).Soon(),
            () => store.ReadAsync(Samples.Document, info, default).Soon(),
            () => store.WriteAsync(Second, default).Soon(),
            () => store.DeleteAsync(Samples.Document, info, default).Soon(),
            () => store.CheckBucketAsync(create: true, default).Soon(),
        })
        {
            var clock = Stopwatch.StartNew();
            await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(call);

            // The deadline, and generous room for a busy machine.
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, Deadline + TimeSpan.FromSeconds(8));
        }
    }

    private (S3SnapshotStore Store, FaultyProxy Proxy) BehindProxy()
    {
        var proxy = new FaultyProxy(shared.Address);
        servers.Add(proxy);
        return (Open(shared.NewPlace(proxy.Address)), proxy);
    }

    private async Task<ServerProcess> StartGatewayAsync(int port = 0)
    {
        var gateway = await ServerProcess.StartS3Async(shared.Directory, port);
        servers.Add(gateway);
        return gateway;
    }

    private S3SnapshotStore Open(S3SnapshotStoreOptions options)
    {
        var store = new S3SnapshotStore(options, TimeProvider.System);
        opened.Add(store);
        return store;
    }
}
