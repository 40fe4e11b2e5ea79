using Relay.Persistence.Metadata.Postgres;
using Relay.TestServers;

namespace Relay.Persistence.Metadata;

[NeedsServer(Kind = ServerKind.Postgres)]
[Collection(PostgresCollectionDefinition.Name)]
public sealed class PostgresSchemaTests(PostgresFixture fixture) : PostgresTest(fixture)
{
    [ServerFact]
    public async Task Nodes_that_start_together_take_each_step_once()
    {
        var nodes = Enumerable.Range(0, 8)
            .Select(number => Keep(new PostgresMetadataWriter(Options with { Incarnation = $"node {number}" })))
            .ToArray();
        var outcomes = await Task.WhenAll(nodes.Select(node => node.PrepareAsync(default))).Soon();
        Assert.All(outcomes, outcome => Assert.Equal(SchemaOutcome.Ready, outcome));
        Assert.Equal(PostgresSchema.Migrations.Select(migration => migration.Checksum), await QueryAsync<string>(
            "select checksum from relay.migrations order by version"));
        Assert.Equal(8, await AskAsync<int>("select count(*)::int from relay.nodes"));
    }

    [ServerFact]
    public async Task The_steps_are_numbered_without_holes()
    {
        Assert.Equal(Enumerable.Range(
            1, PostgresSchema.Migrations.Count), PostgresSchema.Migrations.Select(migration => migration.Version));
        await StartNodeAsync();
        await StartNodeAsync("two");
        Assert.Equal(2, await AskAsync<int>("select count(*)::int from relay.nodes"));
    }

    [ServerFact]
    public async Task A_database_of_a_newer_version_is_left_alone()
    {
        await StartNodeAsync();
        await QueryAsync<int>("insert into relay.migrations (version, name, checksum) values (99, 'later', 'unknown')");
        var older = Keep(new PostgresMetadataWriter(Options with { Incarnation = "older" }));
        Assert.Equal(SchemaOutcome.Newer, await older.PrepareAsync(default).Soon());
        Assert.Equal(1, await AskAsync<int>("select count(*)::int from relay.nodes"));
    }

    [ServerFact]
    public async Task A_database_with_other_steps_is_left_alone()
    {
        await StartNodeAsync();
        await QueryAsync<int>("update relay.migrations set checksum = 'changed' where version = 1");
        var other = Keep(new PostgresMetadataWriter(Options with { Incarnation = "other" }));
        Assert.Equal(SchemaOutcome.Foreign, await other.PrepareAsync(default).Soon());
    }

    [ServerFact]
    public async Task A_step_that_fails_leaves_nothing_behind()
    {
        await using var connection = new Npgsql.NpgsqlConnection(Options.ConnectionString);
        await connection.OpenAsync().Soon();
        Migration[] steps = [.. PostgresSchema.Migrations, new(
            PostgresSchema.Migrations.Count + 1, "broken", "create table relay.half (id int); select 1 / 0")];
        await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => PostgresSchema.MigrateAsync(connection, steps, default)).Soon();
        Assert.True(await AskAsync<bool>("select to_regclass('relay.half') is null"));
        Assert.Equal(
            PostgresSchema.Migrations.Count, await AskAsync<int>("select count(*)::int from relay.migrations"));
    }

    [ServerFact]
    public async Task A_database_that_is_not_there_is_refused_in_a_sentence_that_names_the_setting()
    {
        var wrong = new Npgsql.NpgsqlConnectionStringBuilder(Options.ConnectionString) { Database = "nowhere" };
        var node = Keep(new PostgresMetadataWriter(Options with { ConnectionString = wrong.ConnectionString }));
        var refused = await Assert.ThrowsAsync<RoomMetadataRefusedException>(() => node.PrepareAsync(default)).Soon();
        Assert.Contains("Relay:Postgres:ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
    }
}
