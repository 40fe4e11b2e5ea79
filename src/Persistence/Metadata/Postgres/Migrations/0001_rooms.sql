-- One start of one node. It says that it lives with every batch that it writes, and the number of the last one, so that none is counted twice.
create table relay.nodes (
    id bigint generated always as identity primary key,
    address text not null,
    incarnation text not null unique,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    ended_at timestamptz,
    ended_by text,
    last_batch bigint not null default 0
) with (fillfactor = 50);
create index nodes_running on relay.nodes (id) where ended_at is null;

-- What never changes about a room stands apart from what changes all the time, so that the indexes for searching names are written once for each room.
create table relay.rooms (
    id bigint generated always as identity primary key,
    name text collate "C" not null unique,
    first_used timestamptz not null
);

create table relay.room_states (
    room_id bigint primary key,
    last_used timestamptz not null,
    connections integer not null default 0,
    updates bigint not null default 0,
    bytes bigint not null default 0,
    snapshot_at timestamptz,
    snapshot_bytes bigint
) with (fillfactor = 80);
create index room_states_by_last_use on relay.room_states (last_used, room_id);
create index room_states_by_size on relay.room_states (bytes, room_id);
create index room_states_by_connections on relay.room_states (connections, room_id);

-- On which nodes a room is open now, and with how many connections.
create table relay.room_nodes (
    room_id bigint not null,
    node_id bigint not null,
    connections integer not null,
    since timestamptz not null,
    primary key (room_id, node_id)
) with (fillfactor = 80);
create index room_nodes_by_node on relay.room_nodes (node_id);

-- One row for each time that a connection was at a room. A partition for each day of their beginnings (UTC): old days are dropped whole.
create table relay.connections (
    id uuid not null,
    room_id bigint not null,
    node_id bigint not null,
    user_id text,
    protocol text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    bytes_in bigint not null default 0,
    bytes_out bigint not null default 0,
    updates_in bigint not null default 0,
    updates_out bigint not null default 0,
    close_code integer,
    close_reason text
) partition by range (opened_at);
create index connections_by_room on relay.connections (room_id, opened_at, id);
create index connections_open on relay.connections (node_id) where closed_at is null;
create index connections_cut_off on relay.connections (node_id) where close_code = 1006;

-- What stays when the rows above are gone.
create table relay.room_hours (
    room_id bigint not null,
    hour timestamptz not null,
    opened integer not null,
    peak integer not null,
    connection_seconds double precision not null,
    updates bigint not null,
    bytes_in bigint not null,
    bytes_out bigint not null,
    bytes bigint not null,
    snapshots integer not null,
    primary key (room_id, hour)
) with (fillfactor = 90);

create table relay.node_hours (
    hour timestamptz not null,
    node_id bigint not null,
    opened integer not null,
    peak integer not null,
    connection_seconds double precision not null,
    updates bigint not null,
    bytes_in bigint not null,
    bytes_out bigint not null,
    rooms integer not null,
    primary key (hour, node_id)
) with (fillfactor = 50);

create function relay.make_day(day date) returns void language plpgsql as $$
begin
    execute format(
        'create table if not exists relay.%I partition of relay.connections for values from (%L) to (%L)',
        'connections_' || to_char(day, 'YYYYMMDD'), day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
end
$$;

create function relay.drop_days(before date) returns integer language plpgsql as $$
declare
    part text;
    dropped integer := 0;
begin
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'relay.connections'::regclass and c.relname < 'connections_' || to_char(before, 'YYYYMMDD')
    loop
        execute format('drop table relay.%I', part);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;
