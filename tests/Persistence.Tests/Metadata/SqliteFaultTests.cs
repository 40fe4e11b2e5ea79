using Dapper;
using Microsoft.Data.Sqlite;
using Relay.Persistence.Metadata.Sqlite;
using Relay.Yjs;
using static Relay.Persistence.Metadata.MetadataSamples;

namespace Relay.Persistence.Metadata;

/// <summary>
/// Files that are damaged, of other programs or of newer versions, that are locked, or that cannot be opened.
/// </summary>
public sealed class SqliteFaultTests(ITestOutputHelper output) : IDisposable
{
    private readonly MetadataFile file = new();

    public void Dispose() => file.Dispose();

    [Fact]
    public async Task A_file_that_is_damaged_anywhere_is_said_to_be_so_and_fails_in_no_other_way()
    {
        var seed = TestSeed.Next();
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        await using (var node = NewWriter())
        {
            await node.PrepareAsync(default).Soon();
            var rooms = Enumerable.Range(0, 200).Select(
                number => Sample($"room {number}") with { Connections = 1 }).ToArray();
            await node.WriteAsync(
                Batch(1, rooms, [.. rooms.Select(room => Begin(room.Room.Value, "ada"))]), default).Soon();
        }

        var whole = await File.ReadAllBytesAsync(file.Options.Path);
        var told = 0;
        for (var round = 0; round < 60; round++)
        {
            var damaged = whole.ToArray();
            var at = random.Next(damaged.Length);
            random.NextBytes(damaged.AsSpan(at, Math.Min(random.Next(1, 3000), damaged.Length - at)));
            await File.WriteAllBytesAsync(file.Options.Path, damaged);
            File.Delete(file.Options.Path + "-wal");
            File.Delete(file.Options.Path + "-shm");
            await using var node = NewWriter("next");
            var rooms = file.NewReader();
            Func<Task>[] calls =
            [
                () => node.PrepareAsync(default),
                () => node.WriteAsync(Batch(2, [Sample("room 1"), Sample("new")], Begin("room 2")), default),
                () => node.PruneAsync(Noon.AddDays(100), default),
                () => node.EndAsync(default),
                .. Enum.GetValues<RoomOrder>().Select<RoomOrder, Func<Task>>(
                    order => () => rooms.ListRoomsAsync(new RoomQuery(order), default)),
                () => rooms.FindRoomAsync(DocumentName.Create("room 1"), Noon, Noon.AddHours(1), default),
                () => rooms.ListConnectionsAsync(DocumentName.Create("room 1"), false, 50, null, default),
                () => rooms.TotalsAsync(Noon, Noon.AddHours(1), default),
                () => rooms.NodesAsync(default),
            ];
            foreach (var call in calls)
            {
                try
                {
                    await call().Soon();
                }
                catch (RoomMetadataUnusableException)
                {
                    told++;
                }
                catch (Exception exception)
                    when (exception is RoomMetadataUnavailableException or RoomMetadataRefusedException)
                {
                }
            }
        }

        Assert.True(told > 0, $"RELAY_TEST_SEED={seed}");
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_left_alone()
    {
        await PrepareAndCloseAsync();
        Change("insert into migrations (version, name, checksum, applied_at) values (99, 'later', 'unknown', 0)");
        await AssertLeftAloneAsync(SchemaOutcome.Newer);
    }

    [Fact]
    public async Task A_file_with_other_steps_is_left_alone()
    {
        await PrepareAndCloseAsync();
        Change("update migrations set checksum = 'changed' where version = 1");
        await AssertLeftAloneAsync(SchemaOutcome.Foreign);
    }

    [Theory]
    [InlineData("create table migrations (version integer, checksum text); create table rooms (id integer)")]
    [InlineData("pragma application_id = 7; create table notes (text text)")]
    [InlineData("pragma application_id = 7")]
    public async Task A_file_of_another_program_is_left_alone(string sql)
    {
        Change(sql);
        await AssertLeftAloneAsync(SchemaOutcome.Foreign);
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_behind()
    {
        Assert.Equal(
            Enumerable.Range(1, SqliteSchema.Migrations.Count), SqliteSchema.Migrations.Select(step => step.Version));
        await using var connection = file.Open();
        var broken = new Migration(
            SqliteSchema.Migrations.Count + 1, "broken", "create table half (id integer); select * from nowhere");
        Assert.Throws<SqliteException>(
            () => SqliteSchema.Migrate(connection, [.. SqliteSchema.Migrations, broken], Noon));
        Assert.Equal(0, connection.ExecuteScalar<long>("select count(*) from sqlite_master where name = 'half'"));
        Assert.Equal(SchemaOutcome.Ready, SqliteSchema.Migrate(connection, SqliteSchema.Migrations, Noon));
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_opened_when_it_can_be()
    {
        var folder = Path.Combine(Path.GetDirectoryName(file.Options.Path)!, "later");
        var options = file.Options with { Path = Path.Combine(folder, "metadata.db") };
        await using var node = new SqliteMetadataWriter(options, TimeProvider.System);
        await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => node.PrepareAsync(default)).Soon();
        var rooms = new SqliteRoomMetadata(options, TimeProvider.System);
        await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => rooms.NodesAsync(default)).Soon();
        Directory.CreateDirectory(folder);
        Assert.Equal(SchemaOutcome.Ready, await node.PrepareAsync(default).Soon());
        Assert.Single(await rooms.NodesAsync(default).Soon());
    }

    [Fact]
    public async Task A_batch_that_a_lock_holds_up_is_written_once_when_it_is_free()
    {
        await using var node = new SqliteMetadataWriter(
            file.Options with { CallTimeout = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);
        await UntilWrittenAsync(() => node.PrepareAsync(default));
        var batch = Batch(1, [Sample("plan") with { Updates = 1 }]);
        await using (var other = file.Open())
        {
            await using var held = other.BeginTransaction(deferred: false);
            await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => node.WriteAsync(batch, default)).Soon();
        }

        await UntilWrittenAsync(() => node.WriteAsync(batch, default));
        await UntilWrittenAsync(() => node.WriteAsync(batch, default));
        Assert.Equal(1, (await file.NewReader().OnlyRoomAsync()).Updates);
    }

    [Fact]
    public async Task A_question_that_takes_too_long_ends_and_frees_its_thread()
    {
        await PrepareAndCloseAsync();
        var calls = new SqliteCalls(file.Options.Path, TimeSpan.FromMilliseconds(300), atOnce: 1);
        await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => AskAsync(CancellationToken.None)).Soon();
        using var gone = new CancellationTokenSource();
        var asked = AskAsync(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked).Soon();
        await UntilWrittenAsync(() => calls.RunAsync(_ => true, CancellationToken.None));

        Task<long> AskAsync(CancellationToken cancellation) => calls.RunAsync(
            token =>
            {
                using var connection = calls.Open(SqliteOpenMode.ReadOnly);
                SqliteCalls.Limit(connection, token);
                return connection.ExecuteScalar<long>(
                    "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n");
            },
            cancellation);
    }

    private SqliteMetadataWriter NewWriter(string incarnation = "one") =>
        new(file.Options with { Incarnation = incarnation }, TimeProvider.System);

    private async Task PrepareAndCloseAsync()
    {
        await using var node = NewWriter();
        Assert.Equal(SchemaOutcome.Ready, await node.PrepareAsync(default).Soon());
    }

    private void Change(string sql)
    {
        using var connection = file.Open();
        connection.Execute(sql);
    }

    private async Task AssertLeftAloneAsync(SchemaOutcome expected)
    {
        var before = await File.ReadAllBytesAsync(file.Options.Path);
        await using (var node = NewWriter("next"))
        {
            Assert.Equal(expected, await node.PrepareAsync(default).Soon());
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(file.Options.Path));
    }
}
