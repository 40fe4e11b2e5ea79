-- Nodes that have not been heard of for so long are dead. Whoever says so first does what follows; a node that sleeps
-- and comes back takes it back.
create temporary table if not exists dead_nodes (id bigint, seen_at timestamptz) on commit delete rows;
create temporary table if not exists dead_rooms (id bigint) on commit delete rows;

with dead as (
    select id
    from relay.nodes
    where ended_at is null and seen_at < now() - make_interval(secs => @expiry)
    order by id
    for update skip locked
), ended as (
    update relay.nodes n
    set ended_at = n.seen_at, ended_by = 'died'
    from dead
    where n.id = dead.id
    returning n.id, n.seen_at
)
insert into dead_nodes select id, seen_at from ended;

insert into dead_rooms
select r.room_id from relay.room_states r
where r.room_id in (select p.room_id from relay.room_nodes p join dead_nodes d on d.id = p.node_id)
order by r.room_id for update;

delete from relay.room_nodes p using dead_nodes d where p.node_id = d.id;

update relay.room_states r
set connections = coalesce((select sum(p.connections) from relay.room_nodes p where p.room_id = r.room_id), 0)
from dead_rooms d
where r.room_id = d.id;

update relay.connections c
set closed_at = greatest(c.opened_at, d.seen_at), close_code = 1006, close_reason = 'The node died.'
from dead_nodes d
where c.node_id = d.id and c.closed_at is null;

select count(*) from dead_nodes;
