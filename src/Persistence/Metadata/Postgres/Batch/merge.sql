-- A batch is some thousand rows at the most, and tables may hold many millions: each row is looked up by its index,
-- beginning from the batch. The planner would rather read whole tables, because it takes indexes for slow disks'.
analyze rooms_in (name, is_open);
analyze connections_in (name, is_new, opened_at, id);
set local enable_hashjoin = off;
set local enable_mergejoin = off;

insert into relay.rooms (name, first_used)
select s.name, min(s.at)
from (select name, used_at as at from rooms_in union all select name, opened_at from connections_in) s
where not exists (select from relay.rooms m where m.name = s.name)
group by s.name
order by s.name
on conflict (name) do nothing;

-- From here on the rows of these rooms are locked, always in the same order, so that the sums below see what other
-- nodes have written.
insert into relay.room_states as r (room_id, last_used, updates, bytes, snapshot_at, snapshot_bytes)
select m.id, s.used_at, s.updates, s.bytes, s.snapshot_at, s.snapshot_bytes
from rooms_in s join relay.rooms m on m.name = s.name
order by m.id
on conflict (room_id) do update set
    last_used = greatest(r.last_used, excluded.last_used),
    updates = r.updates + excluded.updates,
    bytes = case when excluded.bytes > 0 then excluded.bytes else r.bytes end,
    snapshot_at = greatest(r.snapshot_at, excluded.snapshot_at),
    snapshot_bytes = case
        when excluded.snapshot_at >= coalesce(r.snapshot_at, '-infinity') then excluded.snapshot_bytes
        else r.snapshot_bytes
    end;

delete from relay.room_nodes p
using rooms_in s join relay.rooms m on m.name = s.name
where p.room_id = m.id and p.node_id = @node and not s.is_open;

insert into relay.room_nodes as p (room_id, node_id, connections, since)
select m.id, @node, s.connections, @at
from rooms_in s join relay.rooms m on m.name = s.name
where s.is_open
order by m.id
on conflict (room_id, node_id) do update set connections = excluded.connections
where p.connections <> excluded.connections;

update relay.room_states r
set connections = n.connections
from (
    select m.id, coalesce(sum(p.connections), 0)::integer as connections
    from rooms_in s join relay.rooms m on m.name = s.name left join relay.room_nodes p on p.room_id = m.id
    group by m.id
) n
where r.room_id = n.id and r.connections <> n.connections;

insert into relay.room_hours as h (
    room_id, hour, opened, peak, connection_seconds, updates, bytes_in, bytes_out, bytes, snapshots)
select m.id, @hour, s.opened, greatest(s.peak, r.connections), s.connection_seconds, s.updates,
    s.bytes_in, s.bytes_out, r.bytes, s.snapshots
from rooms_in s join relay.rooms m on m.name = s.name join relay.room_states r on r.room_id = m.id
order by m.id
on conflict (room_id, hour) do update set
    opened = h.opened + excluded.opened,
    peak = greatest(h.peak, excluded.peak),
    connection_seconds = h.connection_seconds + excluded.connection_seconds,
    updates = h.updates + excluded.updates,
    bytes_in = h.bytes_in + excluded.bytes_in,
    bytes_out = h.bytes_out + excluded.bytes_out,
    bytes = excluded.bytes,
    snapshots = h.snapshots + excluded.snapshots;

insert into relay.node_hours as h (hour, node_id, opened, peak, connection_seconds, updates, bytes_in, bytes_out, rooms)
select @hour, @node, coalesce(sum(opened), 0), @connections, coalesce(sum(connection_seconds), 0),
    coalesce(sum(updates), 0), coalesce(sum(bytes_in), 0), coalesce(sum(bytes_out), 0), @rooms
from rooms_in
on conflict (hour, node_id) do update set
    opened = h.opened + excluded.opened,
    peak = greatest(h.peak, excluded.peak),
    connection_seconds = h.connection_seconds + excluded.connection_seconds,
    updates = h.updates + excluded.updates,
    bytes_in = h.bytes_in + excluded.bytes_in,
    bytes_out = h.bytes_out + excluded.bytes_out,
    rooms = greatest(h.rooms, excluded.rooms);

insert into relay.connections (
    id, room_id, node_id, user_id, protocol, opened_at, closed_at,
    bytes_in, bytes_out, updates_in, updates_out, close_code, close_reason)
select c.id, m.id, @node, c.user_id, c.protocol, c.opened_at, c.closed_at,
    c.bytes_in, c.bytes_out, c.updates_in, c.updates_out, c.close_code, c.close_reason
from connections_in c join relay.rooms m on m.name = c.name
where c.is_new;

update relay.connections t
set closed_at = c.closed_at, bytes_in = c.bytes_in, bytes_out = c.bytes_out,
    updates_in = c.updates_in, updates_out = c.updates_out,
    close_code = c.close_code, close_reason = c.close_reason
from connections_in c join relay.rooms m on m.name = c.name
where not c.is_new and t.room_id = m.id and t.opened_at = c.opened_at and t.id = c.id and t.opened_at >= @oldest;
