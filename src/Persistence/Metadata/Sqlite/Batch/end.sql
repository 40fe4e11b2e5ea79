-- A node stops by itself. Nearly always no document is open on it any more.
update connections
set closed_at = max(opened_at, @at), close_code = 1012, close_reason = 'The node stopped.'
where closed_at is null and node_id = @node;

update rooms set open_on = null, connections = 0 where open_on = @node;

update nodes set seen_at = @at, ended_at = @at, ended_by = 'stopped' where id = @node and ended_at is null;
