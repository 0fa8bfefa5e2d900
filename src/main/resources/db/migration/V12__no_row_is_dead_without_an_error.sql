-- No row is dead without an error, and a silent replica is known to have been silent by whoever starts next.
set local search_path = pg_catalog, pg_temp;

-- Not valid, since all rows are looked at without the lock that this takes: once it is committed, by the daemon.
alter table nxt_sync.outbox add constraint outbox_dead_says_why check (state <> 'dead' or error is not null) not valid;

update nxt_sync.outbox
set error = case when company is null
    then 'The row named no company when it was read. Set the row''s company, and retry it. (company_refused)'
    else 'A version before this one kept no reason. Look whether its record is in Business NXT; discard the row if it is, retry it if not. (unexpected)'
    end
where state = 'dead' and error is null;

alter table nxt_sync.replica add column found_silent_at timestamptz;
comment on column nxt_sync.replica.found_silent_at is 'When somebody saw that it had been silent for two beats; null since its last beat.';
