-- In memory, and only on the writer's connection.
create temporary table if not exists rooms_in (
    name text, folded text, used_at integer, is_open integer, connections integer, opened integer, peak integer,
    connection_seconds real, updates integer, bytes_in integer, bytes_out integer, bytes integer, snapshot_at integer,
    snapshot_bytes integer, snapshots integer
);
create temporary table if not exists connections_in (
    name text, folded text, id blob, user_id text, protocol text, opened_at integer, is_new integer, closed_at integer,
    bytes_in integer, bytes_out integer, updates_in integer, updates_out integer, close_code integer, close_reason text
);
delete from rooms_in;
delete from connections_in;
