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
