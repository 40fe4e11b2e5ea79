-- Times are microseconds since 1970 (UTC): datetime(seen_at / 1e6, 'unixepoch') reads one.

-- One start of the node. It has the number of the last batch, so that none is counted twice.
create table nodes (
    id integer primary key,
    address text not null,
    incarnation text not null unique,
    started_at integer not null,
    seen_at integer not null,
    ended_at integer,
    ended_by text,
    last_batch integer not null default 0
);

-- The file belongs to one node, so a room is open at one place at the most. SQLite folds only ASCII letters: names are
-- searched in the folded form that the node wrote beside them.
create table rooms (
    id integer primary key,
    name text not null unique,
    folded text not null,
    first_used integer not null,
    last_used integer not null,
    open_on integer,
    connections integer not null default 0,
    updates integer not null default 0,
    bytes integer not null default 0,
    snapshot_at integer,
    snapshot_bytes integer
);
create index rooms_by_last_use on rooms (last_used);
create index rooms_by_size on rooms (bytes);
create index rooms_by_connections on rooms (connections);
create index rooms_open on rooms (open_on) where open_on is not null;

-- One row for each time that a connection was at a room. An id is the 16 bytes of a UUID, the most significant one
-- first.
create table connections (
    id blob primary key,
    room_id integer not null,
    node_id integer not null,
    user_id text,
    protocol text not null,
    opened_at integer not null,
    closed_at integer,
    bytes_in integer not null default 0,
    bytes_out integer not null default 0,
    updates_in integer not null default 0,
    updates_out integer not null default 0,
    close_code integer,
    close_reason text
) without rowid;
create index connections_by_room on connections (room_id, opened_at, id);
create index connections_by_age on connections (opened_at);
create index connections_open on connections (node_id) where closed_at is null;

-- What stays when the rows above are gone.
create table room_hours (
    room_id integer not null,
    hour integer not null,
    opened integer not null,
    peak integer not null,
    connection_seconds real not null,
    updates integer not null,
    bytes_in integer not null,
    bytes_out integer not null,
    bytes integer not null,
    snapshots integer not null,
    primary key (room_id, hour)
) without rowid;

create table node_hours (
    hour integer not null,
    node_id integer not null,
    opened integer not null,
    peak integer not null,
    connection_seconds real not null,
    updates integer not null,
    bytes_in integer not null,
    bytes_out integer not null,
    rooms integer not null,
    primary key (hour, node_id)
) without rowid;
