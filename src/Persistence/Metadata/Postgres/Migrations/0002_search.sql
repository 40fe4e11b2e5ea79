-- Finding a part of a name takes trigrams. Where the server does not have them, or this user may not create the extension, all names are looked through.
do $$
begin
    create extension if not exists pg_trgm;
    execute format('create index rooms_by_part_of_name on relay.rooms using gin (name %s.gin_trgm_ops)',
        (select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'));
exception
    when insufficient_privilege or undefined_file or feature_not_supported then
        raise notice 'pg_trgm is not there: parts of names are looked for without an index.';
end
$$;
