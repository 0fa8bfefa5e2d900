-- Ours.
set local search_path = pg_catalog, pg_temp;

-- Without a primary key, a publication for all tables has PostgreSQL refuse every update and delete. Not numbered by a
-- sequence, which a logical fail-over leaves behind.
do $$
declare
    keyless regclass;
begin
    foreach keyless in array '{nxt_sync.row_fault,nxt_sync.lost_call}'::regclass[] loop
        -- somebody may have mended that himself
        if not exists (select from pg_constraint where conrelid = keyless and contype = 'p') then
            execute format('alter table %s add column nxt_id uuid not null default gen_random_uuid() primary key', keyless);
        end if;
    end loop;
end
$$;

-- A server that refuses to say where the outbox is keeps back what is pushed, and nothing else.
create function nxt_sync.outbox_place(out system_identifier bigint, out timeline text, out database_oid oid, out outbox_oid oid,
        out refused text)
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    select system.system_identifier, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), pg_database.oid,
           'nxt_sync.outbox'::regclass::oid
    into strict system_identifier, timeline, database_oid, outbox_oid
    from pg_control_system() system, pg_database where datname = current_database();
exception when others then
    refused := sqlerrm || ' (SQLSTATE ' || sqlstate || ')';
end
$$;
revoke execute on function nxt_sync.outbox_place from public;
comment on function nxt_sync.outbox_place is 'Where the outbox is; where the server does not say that, its own words.';

create or replace view nxt_sync.outbox_here as
select system_identifier, timeline, database_oid, outbox_oid, refused from nxt_sync.outbox_place();
