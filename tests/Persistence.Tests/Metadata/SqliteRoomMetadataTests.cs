using Dapper;
using Microsoft.Data.Sqlite;
using Relay.Persistence.Metadata.Sqlite;
using static Relay.Persistence.Metadata.MetadataSamples;

namespace Relay.Persistence.Metadata;

public sealed class SqliteRoomMetadataTests : RoomMetadataSpecification
{
    private readonly MetadataFile file = new();

    protected override Task<IRoomMetadata> OpenAsync() => Task.FromResult<IRoomMetadata>(file.NewReader());

    protected override Task CloseAsync()
    {
        file.Dispose();
        return Task.CompletedTask;
    }

    protected override IRoomMetadataWriter NewWriter(string incarnation, TimeSpan keepConnections) =>
        new SqliteMetadataWriter(
            file.Options with { Incarnation = incarnation, KeepConnections = keepConnections }, TimeProvider.System);

    /// <summary>The next start knows it at once.</summary>
    protected override Task LetDieAsync(string incarnation) => Task.CompletedTask;

    protected override async Task ForgetNodesAsync()
    {
        await using var connection = file.Open();
        connection.Execute("delete from nodes");
    }

    [Fact]
    public async Task Upper_and_lower_case_are_alike_in_all_scripts()
    {
        var node = await StartNodeAsync();
        await node.WriteAsync(Batch(1, [Sample("Größe ΑΒΓ"), Sample("groß")]), default).Soon();
        Assert.Equal(["Größe ΑΒΓ"], await NamesAsync(new RoomQuery(Part: "RÖß")));
        Assert.Equal(["Größe ΑΒΓ"], await NamesAsync(new RoomQuery(Part: "αβγ")));
    }

    [Fact]
    public async Task People_who_read_neither_wait_for_a_batch_nor_make_it_wait()
    {
        var node = await StartNodeAsync();
        await node.WriteAsync(Batch(1, [Sample("plan")]), default).Soon();
        await using var reading = file.Open();
        await using var snapshot = reading.BeginTransaction(deferred: true);
        Assert.Equal(1, reading.ExecuteScalar<long>("select count(*) from rooms", transaction: snapshot));
        await node.WriteAsync(Batch(2, [Sample("draft")]), default).Soon();
        Assert.Equal(1, reading.ExecuteScalar<long>("select count(*) from rooms", transaction: snapshot));
        Assert.Equal(["draft", "plan"], await NamesAsync(new RoomQuery()));

        await using var writing = file.Open();
        await using var held = writing.BeginTransaction(deferred: false);
        Assert.Equal(["draft", "plan"], await NamesAsync(new RoomQuery()));
    }

    [Fact]
    public async Task A_node_on_which_nothing_happens_does_not_write()
    {
        var node = await StartNodeAsync();
        await node.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }]), default).Soon();
        var before = await file.ReadAllAsync();
        for (var number = 2; number < 20; number++)
        {
            var idle = Batch(number, []) with { OpenConnections = number % 2 };
            Assert.Equal(BatchOutcome.Written, await node.WriteAsync(idle, default).Soon());
        }

        Assert.Equal(before, await file.ReadAllAsync());
    }

    [Fact]
    public async Task A_node_whose_connections_do_nothing_shows_each_minute_that_it_lives()
    {
        var time = new FakeTimeProvider();
        await using var node = new SqliteMetadataWriter(file.Options, time);
        await node.PrepareAsync(default).Soon();
        await node.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan")), default).Soon();
        for (var number = 2; number <= 31; number++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await node.WriteAsync(Batch(number, []) with { OpenConnections = 1 }, default).Soon();
        }

        Assert.Equal(time.GetUtcNow(), Assert.Single(await file.NewReader().NodesAsync(default).Soon()).SeenAt);
    }

    [Fact]
    public async Task The_file_is_whole_and_alone_when_the_node_has_ended()
    {
        await using (var node = new SqliteMetadataWriter(file.Options, TimeProvider.System))
        {
            await node.PrepareAsync(default).Soon();
            await node.WriteAsync(Batch(1, [Sample("plan")]), default).Soon();
            Assert.True(File.Exists(file.Options.Path + "-wal"));
            await node.EndAsync(default).Soon();
        }

        Assert.Equal([file.Options.Path], Directory.GetFiles(Path.GetDirectoryName(file.Options.Path)!));
        await using var connection = file.Open(SqliteOpenMode.ReadOnly);
        Assert.Equal("ok", connection.ExecuteScalar<string>("pragma integrity_check"));
    }
}
