create temporary table if not exists rooms_in (
    name text collate "C", used_at timestamptz, is_open boolean, connections integer, opened integer, peak integer,
    connection_seconds double precision, updates bigint, bytes_in bigint, bytes_out bigint, bytes bigint,
    snapshot_at timestamptz, snapshot_bytes bigint, snapshots integer
) on commit delete rows;
create temporary table if not exists connections_in (
    name text collate "C", id uuid, user_id text, protocol text, opened_at timestamptz, is_new boolean,
    closed_at timestamptz, bytes_in bigint, bytes_out bigint, updates_in bigint, updates_out bigint,
    close_code integer, close_reason text
) on commit delete rows;
