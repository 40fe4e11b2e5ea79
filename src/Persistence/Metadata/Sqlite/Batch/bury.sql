-- The file belongs to the node that has just opened it, so every other one is dead. It was alive when it last wrote.
update connections
set closed_at = max(opened_at, (select n.seen_at from nodes n where n.id = connections.node_id)),
    close_code = 1006,
    close_reason = 'The node died.'
where closed_at is null and node_id <> @node;

update rooms set open_on = null, connections = 0 where open_on is not null and open_on <> @node;

update nodes set ended_at = seen_at, ended_by = 'died' where ended_at is null and id <> @node;
