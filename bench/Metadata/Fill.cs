using System.Diagnostics;
using System.Globalization;
using Dapper;
using Npgsql;
using Relay.Persistence.Metadata.Postgres;

namespace Relay.Bench.Metadata;

/// <summary>
/// Fills the tables with made-up rooms, connections and hours. A few rooms have very many connections, most have few.
/// </summary>
internal static class Fill
{
    private const int Nodes = 10;

    public static async Task RunAsync(PostgresMetadataOptions options, int rows, int rooms, int days)
    {
        await using (var writer = new PostgresMetadataWriter(options))
        {
            await writer.PrepareAsync(default);
        }

        await using var connection = new NpgsqlConnection(options.ConnectionString + ";Command Timeout=0");
        await connection.OpenAsync();
        if (await connection.ExecuteScalarAsync<bool>("select exists (select from relay.rooms)"))
        {
            Console.WriteLine($"The database is filled already: {await SizeAsync(connection)}.");
            return;
        }

        var started = Stopwatch.GetTimestamp();
        var (first, perDay) = (DateTime.UtcNow.Date.AddDays(1 - days), rows / days);
        var values = new { rows, rooms, days, first, perDay, Nodes };

        // Indexes are faster made than kept up.
        await connection.ExecuteAsync(
            "drop index relay.connections_by_room, relay.connections_open, relay.connections_cut_off");
        await connection.ExecuteAsync(
            """
            select setseed(0.5);
            insert into relay.nodes (address, incarnation)
            select '10.0.0.' || i || ':5310', md5(i::text)
            from generate_series(1, @Nodes) i;
            insert into relay.rooms (name, first_used)
            select
                (array['plans', 'notes', 'minutes', 'drafts', 'tickets'])[1 + i % 5] || '/' || md5(i::text) || '/' || i,
                @first::timestamptz
            from generate_series(1, @rooms) i;
            insert into relay.room_states (room_id, last_used, connections, updates, bytes, snapshot_at, snapshot_bytes)
            select
                i,
                now() - random() * @days * interval '1 day',
                case when i <= @rooms / 100 then 1 + (random() * 8)::int else 0 end,
                (random() * 100000)::bigint,
                (random() * 1000000)::bigint,
                now() - random() * interval '1 day',
                (random() * 1000000)::bigint
            from generate_series(1, @rooms) i;
            insert into relay.room_nodes (room_id, node_id, connections, since)
            select r.room_id, 2 + r.room_id % @Nodes, r.connections, now()
            from relay.room_states r
            where r.connections > 0;
            """,
            values);
        for (var day = 0; day < days; day++)
        {
            await connection.ExecuteAsync(
                """
                select relay.make_day(((@first::timestamptz + @day * interval '1 day') at time zone 'UTC')::date);
                insert into relay.connections (
                    id, room_id, node_id, user_id, protocol, opened_at, closed_at,
                    bytes_in, bytes_out, updates_in, updates_out, close_code, close_reason)
                select
                    gen_random_uuid(),
                    1 + floor(power(random(), 3) * @rooms)::bigint,
                    2 + i % @Nodes,
                    'user-' || (i % 10000),
                    case when i % 3 = 0 then 'hocuspocus' else 'y-websocket' end,
                    at,
                    case
                        when @day = @days - 1 and i % (@perDay / 10000 + 1) = 0 then null
                        else at + random() * interval '40 minutes'
                    end,
                    20000, 200000, 200, 2000, null, 'The client left.'
                from (
                    select
                        i,
                        @first::timestamptz + @day * interval '1 day'
                            + ((i - 1)::float8 / @perDay) * interval '1 day' as at
                    from generate_series(1, @perDay) i
                ) s
                """,
                new { day, days, rooms, first, perDay, Nodes });
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture,
                    $"day {day + 1} of {days}: {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s"));
        }

        await connection.ExecuteAsync(
            """
            create index connections_by_room on relay.connections (room_id, opened_at, id);
            create index connections_open on relay.connections (node_id) where closed_at is null;
            create index connections_cut_off on relay.connections (node_id) where close_code = 1006;
            insert into relay.room_hours (
                room_id, hour, opened, peak, connection_seconds, updates, bytes_in, bytes_out, bytes, snapshots)
            select
                1 + (i % @rooms),
                @first::timestamptz + ((i / @rooms) * 2 + i % 2 + 24 * (i % @days)) * interval '1 hour',
                8, 4, 9000, 900, 80000, 800000, 50000, 12
            from generate_series(0, @rooms * 10 - 1) i
            on conflict do nothing;
            insert into relay.room_hours (
                room_id, hour, opened, peak, connection_seconds, updates, bytes_in, bytes_out, bytes, snapshots)
            select
                1,
                @first::timestamptz + i * interval '1 hour',
                300, 80, 90000, 90000, 8000000, 80000000, 500000, 60
            from generate_series(0, @days * 24 - 1) i
            on conflict do nothing;
            insert into relay.node_hours (
                hour, node_id, opened, peak, connection_seconds, updates, bytes_in, bytes_out, rooms)
            select
                @first::timestamptz + h * interval '1 hour',
                1 + n,
                3000, 1000, 3600000, 3600000, 360000000, 3600000000, 250
            from generate_series(0, @days * 24 - 1) h, generate_series(1, @Nodes) n;
            """,
            values);
        await connection.ExecuteAsync("vacuum analyze");
        var size = await SizeAsync(connection);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture,
                $"Filled in {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s: {size}."));
    }

    private static async Task<string> SizeAsync(NpgsqlConnection connection)
    {
        var (connections, rooms, hours, size) = await connection.QuerySingleAsync<(long, long, long, string)>(
            """
            select
                (
                    select sum(c.reltuples)::bigint
                    from pg_inherits i join pg_class c on c.oid = i.inhrelid
                    where i.inhparent = 'relay.connections'::regclass
                ),
                (select count(*) from relay.rooms),
                (select count(*) from relay.room_hours),
                pg_size_pretty(pg_database_size(current_database()))
            """);
        return string.Create(CultureInfo.InvariantCulture,
            $"{connections:n0} connections, {rooms:n0} rooms, {hours:n0} hours of rooms, {size}");
    }
}
