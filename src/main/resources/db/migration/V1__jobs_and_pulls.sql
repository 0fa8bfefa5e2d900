-- Ours: nothing in this file is for users' queries but row_fault.

create table nxt_sync.replica (
    id         uuid        primary key,
    host       text        not null,
    started_at timestamptz not null default clock_timestamp(),
    beat_at    timestamptz not null default clock_timestamp()
);
comment on table nxt_sync.replica is 'One row per running process; what a process held that has not beaten for 16 s is taken over.';

-- One sequence for all units: a number is never used again, also not by a unit that was deleted and made anew.
create sequence nxt_sync.fence;

create table nxt_sync.job (
    id         bigint      generated always as identity primary key,
    kind       text        not null,
    connection text        not null,
    scope      text        not null constraint job_scope_known check (scope in ('company', 'customer')),
    company    integer     not null,
    fence      bigint      not null default 0,
    holder     uuid,
    claimed_at timestamptz,
    due_at     timestamptz not null default clock_timestamp(),
    retry_at   timestamptz,
    failures   integer     not null default 0,
    wanted     bigint      not null default 0,
    served     bigint      not null default 0,
    constraint job_unit unique (kind, connection, scope, company)
);
comment on table nxt_sync.job is 'One row per unit of work; a unit has at most one holder, and only its latest fence may write.';

create table nxt_sync.pull_state (
    pull            text        not null,
    company         integer     not null,
    state           text        not null default 'ok' constraint pull_state_known check (state in ('ok', 'failing', 'stopped')),
    reason          text,
    failures        integer     not null default 0,
    due_at          timestamptz not null default clock_timestamp(),
    retry_at        timestamptz,
    cursor          text,
    pass_started_at timestamptz,
    rows            bigint      not null default 0,
    completed_at    timestamptz,
    constraint pull_state_pkey primary key (pull, company)
);
comment on column nxt_sync.pull_state.cursor is 'The key after which the pass under way goes on, as the server wrote it (JSON); null between passes.';

create table nxt_sync.row_fault (
    job     text        not null,
    company integer     not null,
    key     json        not null,
    reason  text        not null,
    seen_at timestamptz not null
);
create unique index row_fault_key on nxt_sync.row_fault (job, company, md5(key::text));
comment on table nxt_sync.row_fault is 'Rows that PostgreSQL cannot hold as they are: they are not in the target, and the rest of their page is.';
