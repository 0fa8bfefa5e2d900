-- By which KEY the rows of each pull are told apart.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.pull_key (
    pull       text        not null constraint pull_key_pkey primary key,
    key        text[]      not null,
    replica    uuid        not null,
    started_at timestamptz not null
);
comment on table nxt_sync.pull_key is 'By which KEY the rows of each pull are told apart: that of the living process that was started last.';
comment on column nxt_sync.pull_key.key is 'Its columns in the target, without the company.';
comment on column nxt_sync.pull_key.replica is 'The process that has set it.';
comment on column nxt_sync.pull_key.started_at is 'When that process was started.';
