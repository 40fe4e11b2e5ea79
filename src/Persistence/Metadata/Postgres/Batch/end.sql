-- A node stops by itself. Nearly always no document is open on it any more.
create temporary table if not exists ended_rooms (id bigint) on commit delete rows;

update relay.nodes set seen_at = now(), ended_at = now(), ended_by = 'stopped' where id = @node and ended_at is null;

insert into ended_rooms
select r.room_id from relay.room_states r
where r.room_id in (select p.room_id from relay.room_nodes p where p.node_id = @node)
order by r.room_id for update;

delete from relay.room_nodes where node_id = @node;

update relay.room_states r
set connections = coalesce((select sum(p.connections) from relay.room_nodes p where p.room_id = r.room_id), 0)
from ended_rooms e
where r.room_id = e.id;

update relay.connections
set closed_at = greatest(opened_at, now()), close_code = 1012, close_reason = 'The node stopped.'
where node_id = @node and closed_at is null;
