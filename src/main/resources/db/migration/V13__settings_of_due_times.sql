-- Ours.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.pull_settings (
    pull       text        not null constraint pull_settings_pkey primary key,
    settings   uuid        not null,
    started_at timestamptz not null
);
comment on table nxt_sync.pull_settings is 'By which settings the due times of each pull are planned: those of the process that was started last.';
comment on column nxt_sync.pull_settings.settings is 'A hash of them.';
comment on column nxt_sync.pull_settings.started_at is 'When the process was started that has set them.';

alter table nxt_sync.pull_state add column reconciled_at timestamptz;
comment on column nxt_sync.pull_state.reconciled_at is 'When the last reconciliation began that came to its end; null before, and where a version before this one wrote it.';
