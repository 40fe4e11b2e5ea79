-- "where true" tells the parser that "on conflict" is no join.
insert into rooms (name, folded, first_used, last_used)
select s.name, s.folded, min(s.at), max(s.at)
from (select name, folded, used_at as at from rooms_in union all select name, folded, opened_at from connections_in) s
where true
group by s.name
on conflict (name) do nothing;

update rooms
set last_used = max(rooms.last_used, s.used_at),
    open_on = case when s.is_open then @node end,
    connections = case when s.is_open then s.connections else 0 end,
    updates = rooms.updates + s.updates,
    bytes = case when s.bytes > 0 then s.bytes else rooms.bytes end,
    snapshot_at = coalesce(max(rooms.snapshot_at, s.snapshot_at), rooms.snapshot_at, s.snapshot_at),
    snapshot_bytes = case
        when s.snapshot_at >= coalesce(rooms.snapshot_at, s.snapshot_at) then s.snapshot_bytes
        else rooms.snapshot_bytes
    end
from rooms_in s
where rooms.name = s.name;

insert into room_hours as h (
    room_id, hour, opened, peak, connection_seconds, updates, bytes_in, bytes_out, bytes, snapshots)
select m.id, @hour, s.opened, max(s.peak, m.connections), s.connection_seconds, s.updates, s.bytes_in, s.bytes_out,
    m.bytes, s.snapshots
from rooms_in s join rooms m on m.name = s.name
where true
on conflict (room_id, hour) do update set
    opened = h.opened + excluded.opened,
    peak = max(h.peak, excluded.peak),
    connection_seconds = h.connection_seconds + excluded.connection_seconds,
    updates = h.updates + excluded.updates,
    bytes_in = h.bytes_in + excluded.bytes_in,
    bytes_out = h.bytes_out + excluded.bytes_out,
    bytes = excluded.bytes,
    snapshots = h.snapshots + excluded.snapshots;

insert into node_hours as h (
    hour, node_id, opened, peak, connection_seconds, updates, bytes_in, bytes_out, rooms)
select @hour, @node, coalesce(sum(opened), 0), @connections, coalesce(sum(connection_seconds), 0),
    coalesce(sum(updates), 0), coalesce(sum(bytes_in), 0), coalesce(sum(bytes_out), 0), @rooms
from rooms_in
where true
on conflict (hour, node_id) do update set
    opened = h.opened + excluded.opened,
    peak = max(h.peak, excluded.peak),
    connection_seconds = h.connection_seconds + excluded.connection_seconds,
    updates = h.updates + excluded.updates,
    bytes_in = h.bytes_in + excluded.bytes_in,
    bytes_out = h.bytes_out + excluded.bytes_out,
    rooms = max(h.rooms, excluded.rooms);

insert into connections (
    id, room_id, node_id, user_id, protocol, opened_at, closed_at, bytes_in, bytes_out, updates_in, updates_out,
    close_code, close_reason)
select c.id, m.id, @node, c.user_id, c.protocol, c.opened_at, c.closed_at, c.bytes_in, c.bytes_out, c.updates_in,
    c.updates_out, c.close_code, c.close_reason
from connections_in c join rooms m on m.name = c.name
where c.is_new;

-- What began on a day that was dropped has no row to complete.
update connections
set closed_at = c.closed_at, bytes_in = c.bytes_in, bytes_out = c.bytes_out, updates_in = c.updates_in,
    updates_out = c.updates_out, close_code = c.close_code, close_reason = c.close_reason
from connections_in c
where not c.is_new and connections.id = c.id;
