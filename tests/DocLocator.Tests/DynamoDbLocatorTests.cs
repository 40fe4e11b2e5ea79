using System.Globalization;
using Relay.DocLocator.DynamoDb;
using Relay.Yjs;

namespace Relay.DocLocator;

public sealed class DynamoDbLocatorTests(DynamoDbFixture server)
    : DocumentLocatorSpecification, IClassFixture<DynamoDbFixture>, IAsyncLifetime
{
    private static readonly DocumentName Notes = DocumentName.Create("notes");
    private static readonly NodeIdentity A = NodeIdentity.Create("10.0.0.1:7000", "1");
    private static readonly NodeIdentity B = NodeIdentity.Create("10.0.0.2:7000", "1");

    private readonly DynamoDbLocatorOptions options = server.NewTable() with { Expiry = Expiry };
    private readonly List<IDisposable> opened = [];
    private DynamoDbTable table = null!;

    public async ValueTask InitializeAsync()
    {
        opened.Add(table = new DynamoDbTable(options));
        Assert.True(await Open(A, TimeProvider.System).CheckTableAsync(create: true, default).Soon());
    }

    public ValueTask DisposeAsync()
    {
        opened.ForEach(one => one.Dispose());
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<(IDocumentLocator Locator, INodeHeartbeat Heartbeat)> StartAsync(string address,
        string incarnation)
    {
        var locator = Open(NodeIdentity.Create(address, incarnation));
        return ValueTask.FromResult<(IDocumentLocator, INodeHeartbeat)>((locator, locator));
    }

    [Fact]
    public async Task A_document_that_no_node_holds_has_no_item()
    {
        var (a, b) = (await LiveAsync(A), await LiveAsync(B));
        await a.RemoveAsync(Notes, default).Soon();
        Assert.Null(await table.HoldersAsync(Notes));

        await a.AddAsync(Notes, default).Soon();
        await b.AddAsync(Notes, default).Soon();
        Assert.Equal([$"{A}", $"{B}"], await table.HoldersAsync(Notes));
        await a.RemoveAsync(Notes, default).Soon();
        Assert.Equal([$"{B}"], await table.HoldersAsync(Notes));
        await b.RemoveAsync(Notes, default).Soon();
        Assert.Null(await table.HoldersAsync(Notes));
    }

    [Fact]
    public async Task An_emptied_item_that_a_dead_node_left_is_deleted_by_the_next_removal()
    {
        var a = await LiveAsync(A);
        await table.PutHoldersAsync(Notes);

        await a.RemoveAsync(Notes, default).Soon();

        Assert.Null(await table.HoldersAsync(Notes));
    }

    [Fact]
    public async Task A_heartbeat_carries_its_end_and_a_later_time_from_which_the_item_may_be_removed()
    {
        await LiveAsync(A);

        var item = await table.NodeAsync(A);

        var now = Time.GetUtcNow();
        Assert.Equal((now + Expiry).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            item![LocatorTable.Expires].N);
        Assert.InRange(long.Parse(item[LocatorTable.Ttl].N, CultureInfo.InvariantCulture),
            (now + DynamoDbLocator.RemovalAge).ToUnixTimeSeconds() + 1,
            (now + TimeSpan.FromDays(1)).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Elements_of_nodes_long_dead_are_taken_out_by_the_next_node_that_adds_itself()
    {
        var gone = NodeIdentity.Create("10.0.0.8:7000", "1");
        var old = NodeIdentity.Create("10.0.0.9:7000", "1");
        foreach (var node in new[] { gone, old })
        {
            await (await LiveAsync(node)).AddAsync(Notes, default).Soon();
        }

        await table.ExpireAsync(gone);
        Time.Advance(Expiry + DynamoDbLocator.RemovalAge + TimeSpan.FromSeconds(1));

        Assert.Empty(await (await LiveAsync(A)).AddAsync(Notes, default).Soon());
        Assert.Equal([$"{A}"], await table.HoldersAsync(Notes));
    }

    [Fact]
    public async Task A_restarted_node_takes_its_earlier_starts_out()
    {
        var earlier = NodeIdentity.Create(A.Address, "0");
        await (await LiveAsync(earlier)).AddAsync(Notes, default).Soon();

        await (await LiveAsync(A)).AddAsync(Notes, default).Soon();

        Assert.Equal([$"{A}"], await table.HoldersAsync(Notes));
    }

    [Fact]
    public async Task The_element_of_a_node_that_sleeps_stays_for_a_while()
    {
        var a = await LiveAsync(A);
        await a.AddAsync(Notes, default).Soon();
        Time.Advance(Expiry + DynamoDbLocator.RemovalAge - TimeSpan.FromSeconds(1));
        var b = await LiveAsync(B);
        Assert.Empty(await b.AddAsync(Notes, default).Soon());

        await a.BeatAsync(default).Soon();

        Assert.Equal([A.Address], await b.AddAsync(Notes, default).Soon());
    }

    [Fact]
    public async Task What_is_remembered_of_a_node_ends_with_the_heartbeat_that_was_read()
    {
        var (a, b) = (await LiveAsync(A), await LiveAsync(B));
        await a.AddAsync(Notes, default).Soon();
        Assert.Equal([A.Address], await b.AddAsync(Notes, default).Soon());

        // Not read again: its item is gone, and it is still live by what it wrote.
        await table.ExpireAsync(A);
        Time.Advance(Expiry - TimeSpan.FromMilliseconds(1));
        Assert.Equal([A.Address], await b.AddAsync(Notes, default).Soon());

        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(await b.AddAsync(Notes, default).Soon());
        Assert.Equal([$"{B}"], await table.HoldersAsync(Notes));
    }

    [Fact]
    public async Task A_clock_that_is_far_ahead_makes_no_node_live_for_ever()
    {
        var b = await LiveAsync(B);
        foreach (var (ahead, live) in new[] { (DynamoDbLocator.ClockTolerance, true),
            (DynamoDbLocator.ClockTolerance + TimeSpan.FromSeconds(1), false), (TimeSpan.FromDays(3650), false) })
        {
            var document = DocumentName.Create($"{ahead}");
            var node = NodeIdentity.Create($"10.0.0.3:{(int)ahead.TotalSeconds}", "1");
            var other = new FakeTimeProvider();
            other.Advance(Time.GetUtcNow() + ahead - other.GetUtcNow());
            var fast = Open(node, other);
            await fast.BeatAsync(default).Soon();
            await fast.AddAsync(document, default).Soon();

            Assert.Equal(live, (await b.AddAsync(document, default).Soon()).Count == 1);
        }
    }

    [Fact]
    public async Task More_holders_than_one_read_can_ask_for_are_all_found()
    {
        var nodes = Enumerable.Range(0, 230).Select(i => NodeIdentity.Create($"10.0.2.{i}:7000", "1")).ToList();
        foreach (var node in nodes)
        {
            using var one = new DynamoDbLocator(options, node, Time, () => 0);
            await one.BeatAsync(default).Soon();
        }

        await table.PutHoldersAsync(Notes, [.. nodes.Select(n => $"{n}"), "what nobody wrote"]);

        Assert.Equal(nodes.Select(n => n.Address).Order(),
            (await (await LiveAsync(A)).AddAsync(Notes, default).Soon()).Order());
        Assert.Equal(nodes.Count + 2, (await table.HoldersAsync(Notes))!.Count);
    }

    [Fact]
    public async Task Two_nodes_that_come_and_go_at_once_leave_exactly_who_came_last()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        var nodes = new[] { A, B };
        var expected = new List<string>();
        var locators = new[] { await LiveAsync(A), await LiveAsync(B) };
        for (var round = 0; round < 200; round++)
        {
            // Each node does one thing after the other, as a session does; the two do so at once.
            var plans = nodes.Select(
                _ => Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(2) == 0).ToList()).ToList();
            await Task.WhenAll(plans.Select(async (plan, i) =>
            {
                foreach (var add in plan)
                {
                    if (add)
                    {
                        await locators[i].AddAsync(Notes, default).Soon();
                    }
                    else
                    {
                        await locators[i].RemoveAsync(Notes, default).Soon();
                    }
                }
            }));

            var held = expected;
            expected = [.. nodes.Where((_, i) => plans[i][^1]).Select(n => $"{n}")];
            var found = await table.HoldersAsync(Notes);
            Assert.True(
                expected.Count == 0 ? found is null : found is not null && found.SequenceEqual(expected),
                $"Seed {seed}, round {round}: {string.Join(", ", held)} became "
                    + $"{(found is null ? "no item" : string.Join(", ", found))} instead of "
                    + $"{string.Join(", ", expected)}.");
        }
    }

    private async Task<DynamoDbLocator> LiveAsync(NodeIdentity node)
    {
        var locator = Open(node);
        await locator.BeatAsync(default).Soon();
        return locator;
    }

    private DynamoDbLocator Open(NodeIdentity node, TimeProvider? time = null)
    {
        var locator = new DynamoDbLocator(options, node, time ?? Time, () => 0.5);
        opened.Add(locator);
        return locator;
    }
}
