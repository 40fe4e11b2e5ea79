using Dapper;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>
/// The questions. Those for a page ask for one row more than fits: it says whether there is another page.
/// </summary>
internal static class PostgresQuestions
{
    public const string SelectRoom = """
        select m.id, m.name, m.first_used as FirstUsed, r.last_used as LastUsed, r.connections, r.updates, r.bytes,
            r.snapshot_at as SnapshotAt, r.snapshot_bytes as SnapshotBytes,
            (
                select array_agg(n.address || '#' || n.incarnation order by n.id)
                from relay.room_nodes p join relay.nodes n on n.id = p.node_id
                where p.room_id = m.id
            ) as Nodes
        from relay.rooms m join relay.room_states r on r.room_id = m.id
        """;

    public const string Hours = """
        select hour, opened, peak, connection_seconds as ConnectionSeconds, updates,
            bytes_in as BytesIn, bytes_out as BytesOut, bytes, snapshots
        from relay.room_hours
        where room_id = @Id and hour >= @from and hour < @to
        order by hour
        """;

    public const string Totals = """
        select hour, sum(opened) as Opened, sum(peak) as Peak, sum(connection_seconds) as ConnectionSeconds,
            sum(updates)::bigint as Updates, sum(bytes_in)::bigint as BytesIn, sum(bytes_out)::bigint as BytesOut
        from relay.node_hours
        where hour >= @from and hour < @to
        group by hour
        order by hour
        """;

    public const string Nodes = """
        select n.address, n.incarnation, n.started_at as StartedAt, n.seen_at as SeenAt,
            n.ended_at as EndedAt, n.ended_by as EndedBy,
            (select count(*)::integer from relay.room_nodes p where p.node_id = n.id) as Rooms,
            (
                select coalesce(sum(p.connections), 0)::integer
                from relay.room_nodes p
                where p.node_id = n.id
            ) as Connections,
            coalesce(h.opened, 0) as Opened, coalesce(h.updates, 0)::bigint as Updates,
            coalesce(h.bytes_in, 0)::bigint as BytesIn, coalesce(h.bytes_out, 0)::bigint as BytesOut
        from relay.nodes n
        left join (
            select node_id, sum(opened) as opened, sum(updates) as updates,
                sum(bytes_in) as bytes_in, sum(bytes_out) as bytes_out
            from relay.node_hours
            where hour > now() - interval '24 hours'
            group by node_id
        ) h on h.node_id = n.id
        where n.ended_at is null or n.ended_at > now() - interval '24 hours'
        order by n.id desc
        """;

    public static (string Sql, DynamicParameters Parameters) Rooms(RoomQuery query)
    {
        var parameters = new DynamicParameters();
        parameters.Add("count", query.Limit + 1);
        var conditions = new List<string>();
        if (query.Prefix is { } prefix)
        {
            parameters.Add("prefix", RoomText.ToPattern(prefix) + "%");
            conditions.Add("m.name like @prefix");
        }

        if (query.Part is { } part)
        {
            parameters.Add("part", $"%{RoomText.ToPattern(part)}%");
            conditions.Add("m.name ilike @part");
        }

        var column = query.Order switch
        {
            RoomOrder.LastUse => "r.last_used",
            RoomOrder.Size => "r.bytes",
            RoomOrder.Connections => "r.connections",
            _ => "m.name"
        };
        if (query.Cursor is { } cursor)
        {
            var (value, tie) = PageCursor.Read(cursor);
            if (query.Order == RoomOrder.Name)
            {
                parameters.Add("value", RoomText.ToColumn(value));
                conditions.Add("m.name > @value");
            }
            else
            {
                parameters.Add(
                    "value",
                    query.Order == RoomOrder.LastUse ? PageCursor.Time(value).UtcDateTime : PageCursor.Number(value));
                parameters.Add("tie", PageCursor.Number(tie));
                conditions.Add($"({column}, r.room_id) < (@value, @tie)");
            }
        }

        var where = conditions.Count > 0 ? $"where {string.Join(" and ", conditions)}" : "";
        var order = query.Order == RoomOrder.Name ? "m.name" : $"{column} desc, r.room_id desc";
        return ($"{SelectRoom} {where} order by {order} limit @count", parameters);
    }

    public static string Connections(bool onlyOpen, bool isFirst) => $"""
        select c.id, n.address || '#' || n.incarnation as Node, c.user_id as UserId, c.protocol,
            c.opened_at as OpenedAt, c.closed_at as ClosedAt, c.bytes_in as BytesIn, c.bytes_out as BytesOut,
            c.updates_in as UpdatesIn, c.updates_out as UpdatesOut,
            c.close_code as CloseCode, c.close_reason as CloseReason
        from relay.connections c join relay.nodes n on n.id = c.node_id
        where c.room_id = @id
            {(onlyOpen ? "and c.closed_at is null" : "")}
            {(isFirst ? "" : "and c.opened_at <= @at and (c.opened_at, c.id) < (@at, @tie)")}
        order by c.opened_at desc, c.id desc limit @count
        """;
}
