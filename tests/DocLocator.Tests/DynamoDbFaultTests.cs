using System.Diagnostics;
using Relay.DocLocator.DynamoDb;
using Relay.Yjs;

namespace Relay.DocLocator;

/// <summary>
/// A DynamoDB that is killed, hangs, refuses or answers into the void. Each test has a server of its own.
/// </summary>
public sealed class DynamoDbFaultTests(DynamoDbFixture shared) : IClassFixture<DynamoDbFixture>, IAsyncLifetime
{
    private static readonly DocumentName Notes = DocumentName.Create("notes");
    private static readonly NodeIdentity A = NodeIdentity.Create("10.0.0.1:7000", "1");
    private static readonly NodeIdentity B = NodeIdentity.Create("10.0.0.2:7000", "1");
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    private readonly string directory = Directory.CreateTempSubdirectory("relay-dynamodb-").FullName;
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

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_server_that_is_killed_under_calls_fails_them_in_time_and_is_used_again_when_it_is_back()
    {
        var server = await StartAsync();
        var options = Short(server.Address);
        await MakeTableAsync(options);
        var a = Open(options, A);
        await InTheEndAsync(() => a.BeatAsync(default).Soon());
        await InTheEndAsync(() => a.AddAsync(Notes, default).Soon());

        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callers = Enumerable.Range(0, 8).Select(async i =>
        {
            for (var n = 0; ; n++)
            {
                try
                {
                    await a.AddAsync(DocumentName.Create($"{i}/{n}"), default).Soon();
                    answered.TrySetResult();
                }
                catch (LocatorUnavailableException)
                {
                    return;
                }
            }
        }).ToList();
        await answered.Task.Soon();
        await server.KillAsync();
        await Task.WhenAll(callers).Soon();
        await AssertFailsInTimeAsync(() => a.BeatAsync(default).Soon());
        await AssertFailsInTimeAsync(() => a.CheckTableAsync(create: true, default).Soon());

        await StartAsync(server.Address.Port);
        await InTheEndAsync(() => a.BeatAsync(default).Soon());
        var b = Open(Patient(options), B);
        await b.BeatAsync(default).Soon();
        Assert.Equal([A.Address], await b.AddAsync(Notes, default).Soon());
    }

    [Fact]
    public async Task A_server_that_hangs_costs_a_deadline_and_no_more()
    {
        var server = await StartAsync();
        var options = Short(server.Address);
        await MakeTableAsync(options);
        var a = Open(options, A);
        await InTheEndAsync(() => a.BeatAsync(default).Soon());

        await server.StopAsync();
        await AssertFailsInTimeAsync(() => a.AddAsync(Notes, default).Soon());
        await AssertFailsInTimeAsync(() => a.RemoveAsync(Notes, default).Soon());
        await AssertFailsInTimeAsync(() => a.BeatAsync(default).Soon());
        await AssertFailsInTimeAsync(() => a.CheckTableAsync(create: false, default).Soon());

        // A caller that gives up is told that it did.
        using var cancellation = new CancellationTokenSource();
        var waiting = Open(Short(server.Address) with { CallTimeout = TimeSpan.FromMinutes(1) }, A)
            .AddAsync(Notes, cancellation.Token).Soon();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await server.ContinueAsync();
        await InTheEndAsync(() => a.BeatAsync(default).Soon());
        await InTheEndAsync(() => a.AddAsync(Notes, default).Soon());
    }

    [Fact]
    public async Task A_node_starts_while_the_server_is_away()
    {
        var server = await StartAsync();
        await server.KillAsync();
        var options = Short(server.Address);
        var hasty = Open(options, A);
        await AssertFailsInTimeAsync(() => hasty.CheckTableAsync(create: true, default).Soon());

        await StartAsync(server.Address.Port);
        var a = Open(Patient(options), A);
        Assert.True(await a.CheckTableAsync(create: true, default).Soon());
        await a.BeatAsync(default).Soon();
        Assert.Empty(await a.AddAsync(Notes, default).Soon());
    }

    [Fact]
    public async Task Throttling_and_passing_faults_are_tried_again_within_the_deadline()
    {
        var (a, proxy, table) = await BehindProxyAsync();
        var passing = new[]
        {
            Fault.DynamoDb(400, "ProvisionedThroughputExceededException"), Fault.DynamoDb(400, "ThrottlingException"),
                Fault.DynamoDb(400, "RequestLimitExceeded"),
            Fault.DynamoDb(500, "InternalServerError"), Fault.DynamoDb(503, "ServiceUnavailable"), Fault.LostAnswer,
        };
        foreach (var fault in passing)
        {
            proxy.Plan(fault, fault);
            await a.AddAsync(Notes, default).Soon();
            Assert.Equal([$"{A}"], await table.HoldersAsync(Notes));
            proxy.Plan(fault, fault);
            await a.RemoveAsync(Notes, default).Soon();
            Assert.Null(await table.HoldersAsync(Notes));
            proxy.Plan(fault);
            await a.BeatAsync(default).Soon();
        }
    }

    [Fact]
    public async Task Throttling_without_end_is_unavailable_and_says_so()
    {
        var (a, proxy, _) = await BehindProxyAsync(Deadline);
        proxy.Plan(
            [.. Enumerable.Repeat(
                Fault.DynamoDb(400, "ProvisionedThroughputExceededException", "Too much at once."), 1000)]);

        var exception = await AssertFailsInTimeAsync(() => a.AddAsync(Notes, default).Soon());
        Assert.Contains("Too much at once.", exception.Message);

        // The start-up check takes it for unavailable too, not for a table that cannot be used.
        await AssertFailsInTimeAsync(() => a.CheckTableAsync(create: false, default).Soon());

        // The pauses grow: two calls of a second each are no storm.
        Assert.InRange(proxy.Requests, 6, 60);
    }

    [Fact]
    public async Task Refused_credentials_fail_at_once_and_the_check_names_the_permissions()
    {
        var (a, proxy, _) = await BehindProxyAsync();
        var before = proxy.Requests;
        proxy.Plan(Fault.DynamoDb(400, "AccessDeniedException", "User is not authorized."));

        var exception = await Assert.ThrowsAsync<LocatorUnavailableException>(() => a.AddAsync(Notes, default).Soon());

        Assert.Contains("refuses this node's credentials", exception.Message);
        Assert.Equal(before + 1, proxy.Requests);
        proxy.Plan(Fault.DynamoDb(400, "AccessDeniedException", "User is not authorized."));
        var refused = await Assert.ThrowsAsync<LocatorMisconfiguredException>(
            () => a.CheckTableAsync(create: true, default).Soon());
        Assert.Contains("dynamodb:DescribeTable", refused.Message);
    }

    [Fact]
    public async Task A_missing_table_is_named_and_outside_development_so_is_the_command_that_makes_it()
    {
        var options = shared.NewTable() with { Region = "eu-north-1" };
        var a = Open(options, A);

        Assert.Contains($"'{options.Table}' does not exist",
            (await Assert.ThrowsAsync<LocatorUnavailableException>(() => a.AddAsync(Notes, default).Soon())).Message);
        var missing = await Assert.ThrowsAsync<LocatorMisconfiguredException>(
            () => a.CheckTableAsync(create: false, default).Soon());
        Assert.Contains(
            $"aws dynamodb create-table --table-name {options.Table} --region eu-north-1 --endpoint-url "
                + $"{options.ServiceUrl} --attribute-definitions AttributeName=id,AttributeType=S "
            + "--key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST",
            missing.Message);

        Assert.True(await a.CheckTableAsync(create: true, default).Soon());
        Assert.False(await a.CheckTableAsync(create: true, default).Soon());
    }

    [Fact]
    public async Task Nodes_that_start_at_once_make_one_table()
    {
        var options = shared.NewTable();

        await Task.WhenAll(
            Enumerable.Range(0, 5)
            .Select(i => Open(options, NodeIdentity.Create($"10.0.0.{i}:7000", "1"))
                .CheckTableAsync(create: true, default).Soon()));

        Assert.False(await Open(options, A).CheckTableAsync(create: false, default).Soon());
    }

    [Fact]
    public async Task A_table_with_another_key_is_refused()
    {
        var options = shared.NewTable();
        using var table = new DynamoDbTable(options);
        await table.Client.CreateTableAsync(
            options.Table, [new("name", Amazon.DynamoDBv2.KeyType.HASH)],
                [new("name", Amazon.DynamoDBv2.ScalarAttributeType.S)],
                new Amazon.DynamoDBv2.Model.ProvisionedThroughput(1, 1)).Soon();

        var refused = await Assert.ThrowsAsync<LocatorMisconfiguredException>(
            () => Open(options, A).CheckTableAsync(create: true, default).Soon());

        Assert.Contains("another key", refused.Message);
    }

    private static async Task<LocatorUnavailableException> AssertFailsInTimeAsync(Func<Task> call)
    {
        var clock = Stopwatch.StartNew();
        var exception = await Assert.ThrowsAsync<LocatorUnavailableException>(call);

        // The deadline, and generous room for a busy machine.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Deadline + TimeSpan.FromSeconds(8));
        return exception;
    }

    private async Task<(DynamoDbLocator A, FaultyProxy Proxy, DynamoDbTable Table)> BehindProxyAsync(
        TimeSpan? deadline = null)
    {
        var options = shared.NewTable();
        var table = new DynamoDbTable(options);
        opened.Add(table);
        var direct = Open(options, A);
        await direct.CheckTableAsync(create: true, default).Soon();
        await direct.BeatAsync(default).Soon();
        var proxy = new FaultyProxy(shared.Address);
        servers.Add(proxy);
        return (Open(
            options with { ServiceUrl = proxy.Address.ToString(), CallTimeout = deadline ?? options.CallTimeout }, A),
            proxy, table);
    }

    private DynamoDbLocatorOptions Short(Uri address) =>
        shared.NewTable(address) with { CallTimeout = Deadline, AttemptTimeout = TimeSpan.FromMilliseconds(300) };

    /// <summary>For what is no question of time: the machine may be busy.</summary>
    private static DynamoDbLocatorOptions Patient(DynamoDbLocatorOptions options) =>
        options with { CallTimeout = TimeSpan.FromSeconds(20), AttemptTimeout = TimeSpan.FromSeconds(5) };

    private Task MakeTableAsync(DynamoDbLocatorOptions options) =>
        Open(Patient(options), A).CheckTableAsync(create: true, default).Soon();

    /// <summary>Calls again and again until the server answers within the deadline.</summary>
    private static async Task InTheEndAsync(Func<Task> call)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                await call();
                return;
            }
            catch (LocatorUnavailableException) when (clock.Elapsed < TimeSpan.FromSeconds(30))
            {
            }
        }
    }

    private async Task<ServerProcess> StartAsync(int port = 0)
    {
        var server = await ServerProcess.StartDynamoDbAsync(directory, port);
        servers.Add(server);
        return server;
    }

    private DynamoDbLocator Open(DynamoDbLocatorOptions options, NodeIdentity node)
    {
        var locator = new DynamoDbLocator(options, node, TimeProvider.System, () => 0.5);
        opened.Add(locator);
        return locator;
    }
}
