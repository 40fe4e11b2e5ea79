using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Relay.Doubles;
using Relay.Metadata;
using Relay.Persistence.Metadata;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>What people see of rooms and connections on a node with its default settings.</summary>
public sealed class RoomMetadataTests : IDisposable
{
    private static readonly MetadataWriterOptions Often = new()
    {
        Interval = TimeSpan.FromMilliseconds(20),
        LifeSign = TimeSpan.FromMilliseconds(20),
        FirstRetry = TimeSpan.FromMilliseconds(20),
    };

    private readonly string directory = Directory.CreateTempSubdirectory("relay-node-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task With_default_settings_documents_their_history_and_connections_are_known_also_after_a_restart()
    {
        await using (var node = await StartAsync())
        {
            using var client = await node.ConnectAsync("/yjs/plan");
            await client.SendAsync(Update(Typed(1, 0, "a")));
            await client.UntilAsync(0, 2);
            await node.UntilKnownAsync("plan");
            var open = await GetAsync(node, "/api/documents/plan/connections?open=true");
            Assert.Equal("y-websocket", Assert.Single(
                open.GetProperty("connections").EnumerateArray()).GetProperty("protocol").GetString());
            await client.CloseAsync();
        }

        Assert.True(File.Exists(Path.Combine(directory, "metadata.db")));
        await using var again = await StartAsync();
        var room = Assert.Single(
            (await GetAsync(again, "/api/documents?search=PLA")).GetProperty("documents").EnumerateArray());
        Assert.Equal("plan", room.GetProperty("name").GetString());
        Assert.Equal((1, 0), (room.GetProperty("updates").GetInt32(), room.GetProperty("connections").GetInt32()));
        var history = await again.UntilKnownAsync("plan");
        Assert.Equal(
            1, history.GetProperty("hours").EnumerateArray().Sum(hour => hour.GetProperty("opened").GetInt32()));
        var row = Assert.Single(
            (await GetAsync(again, "/api/documents/plan/connections")).GetProperty("connections").EnumerateArray());
        Assert.Equal("The client left.", row.GetProperty("closeReason").GetString());
        Assert.Equal(1, (await GetAsync(again, "/api/totals")).GetProperty("hours").EnumerateArray().Sum(
            hour => hour.GetProperty("updates").GetInt32()));
        Assert.Equal(
            [null, "stopped"],
            (await GetAsync(again, "/api/nodes/history")).GetProperty("nodes").EnumerateArray().Select(
                node => node.GetProperty("endedBy").GetString()));
    }

    [Fact]
    public async Task A_metadata_file_that_does_not_read_costs_the_metadata_and_nothing_else()
    {
        var path = Path.Combine(directory, "metadata.db");
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Repeat("no database ", 1000)));
        var before = await File.ReadAllBytesAsync(path);
        using var log = new NodeLog();
        await using (var node = await StartAsync(log))
        {
            await AssertServesAsync(node);
            Assert.Contains(
                $"the metadata file {path} does not read as one", await NotKeptAsync(node), StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(path));
        Assert.Contains(log.Lines, line => line.StartsWith(
            $"No metadata of documents is kept by this node: the metadata file {path}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_metadata_file_that_cannot_be_used_now_is_used_when_it_can_be()
    {

        // In the file's place, as a disk that is full or read-only would be: it cannot be opened.
        var path = Path.Combine(directory, "metadata.db");
        Directory.CreateDirectory(path);
        using var log = new NodeLog();
        await using var node = await StartAsync(log);
        await AssertServesAsync(node);
        using (var answer = await node.AskAsync("GET", "/api/documents"))
        {
            Assert.Equal((503, "ready\n"), (
                (int)answer.StatusCode, await node.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative))));
        }

        Directory.Delete(path);
        Assert.Equal(
            1, (await node.UntilKnownAsync("served")).GetProperty("document").GetProperty("updates").GetInt32());
        var sentence = $"because the metadata file {path} cannot be used";
        Assert.Single(log.Lines, line => line.Contains(sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SchemaOutcome.Newer, "a newer version of the node has changed the tables of the store of the test")]
    [InlineData(SchemaOutcome.Foreign, "the tables of the store of the test were made by other steps")]
    public async Task Tables_that_do_not_fit_cost_the_metadata_and_nothing_else(SchemaOutcome schema, string reason)
    {
        await using var node = await StartAsync(store: new StubMetadataWriter { Schema = schema });
        await AssertServesAsync(node);
        Assert.Contains(reason, await NotKeptAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_fails_in_a_way_that_was_not_foreseen_does_not_keep_the_node_from_starting()
    {
        await using var node = await StartAsync(
            store: new StubMetadataWriter { FailsToPrepare = new InvalidCastException("a bug") });
        await AssertServesAsync(node);
        Assert.Contains("not foreseen", await NotKeptAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_found_damaged_later_is_left_alone_from_then_on()
    {
        var store = new StubMetadataWriter();
        using var log = new NodeLog();
        await using var node = await StartAsync(log, store: store);
        store.Fails = new RoomMetadataUnusableException("a page is torn", new IOException());
        await UntilAsync(
            () => Task.FromResult(log.Lines.Contains("No metadata of documents is kept by this node: a page is torn")));
        await AssertServesAsync(node);
        Assert.Contains("a page is torn", await NotKeptAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_a_question_finds_damaged_is_left_alone_from_then_on()
    {
        using var log = new NodeLog();
        var store = new StubMetadataWriter();
        await using var node = await StartAsync(log, store: store, rooms: new TornMetadata());
        Assert.Contains("a page is torn", await NotKeptAsync(node), StringComparison.Ordinal);
        await UntilAsync(
            () => Task.FromResult(log.Lines.Contains("No metadata of documents is kept by this node: a page is torn")));
        await AssertServesAsync(node);
    }

    [Fact]
    public async Task Nodes_that_redis_joins_and_that_have_no_postgres_say_which_setting_is_missing()
    {
        await using var node = await TestNode.StartAsync(_ => { }, services => services.RemoveAll<IRoomMetadata>());
        string[] paths = ["/api/documents", "/api/documents/plan/history", "/api/totals", "/api/nodes/history"];
        foreach (var path in paths)
        {
            var (status, sentence, _) = await node.RefusedAsync("GET", path);
            Assert.Equal(501, status);
            Assert.Contains("Relay:Postgres:ConnectionString", sentence, StringComparison.Ordinal);
        }
    }

    private Task<TestNode> StartAsync(
        NodeLog? log = null, IRoomMetadataWriter? store = null, IRoomMetadata? rooms = null) => TestNode.StartAsync(
        builder =>
        {
            if (log is not null)
            {
                builder.Logging.AddProvider(log);
            }
        },
        services =>
        {
            services.AddSingleton(Often);
            if (store is not null)
            {
                services.AddSingleton(store);
            }

            if (rooms is not null)
            {
                services.AddSingleton(rooms);
            }
        },
        directory: directory);

    /// <summary>A document can be written and read.</summary>
    private static async Task AssertServesAsync(TestNode node)
    {
        Assert.Equal(204, await node.StatusAsync("POST", "/api/documents/served/updates", body: Typed(1, 0, "a")));
        Assert.Equal(200, await node.StatusAsync("GET", "/api/documents/served"));
    }

    private static async Task<string> NotKeptAsync(TestNode node)
    {
        var (status, sentence, _) = await node.RefusedAsync("GET", "/api/documents");
        Assert.Equal(501, status);
        return sentence;
    }

    private static async Task<JsonElement> GetAsync(TestNode node, string path) =>
        await node.Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative)).WaitAsync(TestNode.Patience);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var end = DateTime.UtcNow + TestNode.Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, "It does not come.");
            await Task.Yield();
        }
    }

    /// <summary>The reading side of a damaged store.</summary>
    private sealed class TornMetadata : IRoomMetadata
    {
        private static RoomMetadataUnusableException Torn => new("a page is torn", new IOException());

        public Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation) => throw Torn;

        public Task<RoomHistory?> FindRoomAsync(
            Yjs.DocumentName room, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
                throw Torn;

        public Task<ConnectionPage?> ListConnectionsAsync(
            Yjs.DocumentName room, bool onlyOpen, int limit, string? cursor, CancellationToken cancellation) =>
                throw Torn;

        public Task<IReadOnlyList<HourTotals>> TotalsAsync(
            DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) => throw Torn;

        public Task<IReadOnlyList<NodeFigures>> NodesAsync(CancellationToken cancellation) => throw Torn;
    }
}
