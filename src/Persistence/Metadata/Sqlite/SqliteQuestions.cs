using Dapper;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// The questions. Those for a page ask for one row more than fits: it says whether there is another page.
/// </summary>
internal static class SqliteQuestions
{
    public const string Room = """
        select m.id, m.name, m.first_used as FirstUsed, m.last_used as LastUsed, m.connections, m.updates, m.bytes,
            m.snapshot_at as SnapshotAt, m.snapshot_bytes as SnapshotBytes, n.address || '#' || n.incarnation as Node
        from rooms m left join nodes n on n.id = m.open_on
        """;

    public const string Hours = """
        select hour, opened, peak, connection_seconds as ConnectionSeconds, updates, bytes_in as BytesIn,
            bytes_out as BytesOut, bytes, snapshots
        from room_hours where room_id = @Id and hour >= @from and hour < @to order by hour
        """;

    public const string Totals = """
        select hour, sum(opened) as Opened, sum(peak) as Peak, sum(connection_seconds) as ConnectionSeconds,
            sum(updates) as Updates, sum(bytes_in) as BytesIn, sum(bytes_out) as BytesOut
        from node_hours where hour >= @from and hour < @to group by hour order by hour
        """;

    public const string Nodes = """
        select n.address, n.incarnation, n.started_at as StartedAt, n.seen_at as SeenAt, n.ended_at as EndedAt,
            n.ended_by as EndedBy,
            (select count(*) from rooms m where m.open_on = n.id) as Rooms,
            (select coalesce(sum(m.connections), 0) from rooms m where m.open_on = n.id) as Connections,
            coalesce(h.opened, 0) as Opened, coalesce(h.updates, 0) as Updates, coalesce(h.bytes_in, 0) as BytesIn,
            coalesce(h.bytes_out, 0) as BytesOut
        from nodes n
        left join (
            select node_id, sum(opened) as opened, sum(updates) as updates, sum(bytes_in) as bytes_in,
                sum(bytes_out) as bytes_out
            from node_hours where hour > @dayAgo group by node_id
        ) h on h.node_id = n.id
        where n.ended_at is null or n.ended_at > @dayAgo
        order by n.id desc
        """;

    public static (string Sql, DynamicParameters Parameters) Rooms(RoomQuery query)
    {
        var parameters = new DynamicParameters();
        parameters.Add("count", query.Limit + 1);
        var conditions = new List<string>();
        if (query.Prefix is { } prefix)
        {
            var begin = RoomText.ToColumn(prefix);
            parameters.Add("prefix", begin);
            conditions.Add("m.name >= @prefix");
            if (NameRange.End(begin) is { } end)
            {
                parameters.Add("prefixEnd", end);
                conditions.Add("m.name < @prefixEnd");
            }
        }

        if (query.Part is { } part)
        {
            parameters.Add("part", RoomText.Fold(RoomText.ToColumn(part)));
            conditions.Add("instr(m.folded, @part) > 0");
        }

        var column = query.Order switch
        {
            RoomOrder.LastUse => "m.last_used",
            RoomOrder.Size => "m.bytes",
            RoomOrder.Connections => "m.connections",
            _ => "m.name",
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
                var number = query.Order == RoomOrder.LastUse
                    ? UtcTimes.ToMicroseconds(PageCursor.Time(value)) : PageCursor.Number(value);
                parameters.Add("value", number);
                parameters.Add("tie", PageCursor.Number(tie));
                conditions.Add($"({column}, m.id) < (@value, @tie)");
            }
        }

        var where = conditions.Count > 0 ? $"where {string.Join(" and ", conditions)}" : "";
        var order = query.Order == RoomOrder.Name ? "m.name" : $"{column} desc, m.id desc";
        return ($"{Room} {where} order by {order} limit @count", parameters);
    }

    public static string Connections(bool onlyOpen, bool isFirst) => $"""
        select c.id, n.address || '#' || n.incarnation as Node, c.user_id as UserId, c.protocol,
            c.opened_at as OpenedAt, c.closed_at as ClosedAt, c.bytes_in as BytesIn, c.bytes_out as BytesOut,
            c.updates_in as UpdatesIn, c.updates_out as UpdatesOut, c.close_code as CloseCode,
            c.close_reason as CloseReason
        from connections c join nodes n on n.id = c.node_id
        where c.room_id = @id {(onlyOpen ? "and c.closed_at is null" : "")}
            {(isFirst ? "" : "and (c.opened_at, c.id) < (@at, @tie)")}
        order by c.opened_at desc, c.id desc limit @count
        """;
}
