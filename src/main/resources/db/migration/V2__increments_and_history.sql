-- For people: run, freshness and row_fault. The rest is ours.

alter table nxt_sync.job add column pull text not null default '';
alter table nxt_sync.job drop constraint job_unit;
alter table nxt_sync.job add constraint job_unit unique (kind, connection, scope, company, pull);
comment on column nxt_sync.job.pull is 'The pull of a load or reconciliation; empty where one unit serves all pulls of a company.';

alter table nxt_sync.pull_state drop constraint pull_state_known;
alter table nxt_sync.pull_state drop column cursor, drop column pass_started_at, drop column completed_at, drop column rows;
alter table nxt_sync.pull_state
    add constraint pull_state_known check (state in ('ok', 'failing', 'stopped', 'away')),
    add column rows                 bigint not null default 0,
    add column loaded_at            timestamptz,
    add column complete_as_of       timestamptz,
    add column mark                 text,
    add column mark_seen_at         timestamptz,
    add column floor                text,
    add column digest               text,
    add column cursor               text,
    add column upper                text,
    add column increment_started_at timestamptz,
    add column reread_cursor        text,
    add column held                 text;
comment on column nxt_sync.pull_state.mark is 'The highest change stamp that was read, as the server wrote it; the next increment begins an overlap before it.';
comment on column nxt_sync.pull_state.floor is 'A change stamp up to which nothing can be committed late any more, where reading that again would cost requests.';
comment on column nxt_sync.pull_state.cursor is 'Stamp and key after which the increment under way goes on, as the server wrote them (JSON); null between increments.';
comment on column nxt_sync.pull_state.digest is 'Of the rows of the last increment, which need not be written again; null once another job has written.';

create table nxt_sync.pass (
    pull       text    not null,
    company    integer not null,
    kind       text    not null constraint pass_kind_known check (kind in ('load', 'reconciliation')),
    started_at timestamptz,
    cursor     text,
    rows       bigint  not null default 0,
    expected   bigint,
    mark       text,
    since      text,
    direct     boolean not null default false,
    settling   boolean not null default false,
    confirmed  boolean not null default false,
    constraint pass_pkey primary key (pull, company, kind)
);
comment on table nxt_sync.pass is 'Walks through whole tables that are wanted (not started) or under way.';

create table nxt_sync.pull_column (
    pull   text not null,
    column_name text not null,
    constraint pull_column_pkey primary key (pull, column_name)
);
comment on table nxt_sync.pull_column is 'The API''s columns that each pull reads, so that one that vanishes is noticed.';

create table nxt_sync.lost_call (
    tenant  text        not null,
    calls   integer     not null,
    lost_at timestamptz not null default clock_timestamp()
);
comment on table nxt_sync.lost_call is 'Requests whose answer was lost; each keeps a slot of its company at the server for NXT_API_SLOT_HOLD.';

create table nxt_sync.removed (
    pull    text        not null,
    company integer     not null,
    key     text        not null,
    read_at timestamptz not null,
    constraint removed_pkey primary key (pull, company, key)
);
comment on table nxt_sync.removed is 'Rows that were removed in the last hour, so that a read from before that does not bring them back.';

create table nxt_sync.run (
    id             bigint      generated always as identity primary key,
    job            text        not null,
    company        integer     not null,
    kind           text        not null,
    started_at     timestamptz not null,
    ended_at       timestamptz not null,
    outcome        text        not null,
    rows_read      bigint      not null,
    rows_written   bigint      not null,
    rows_deleted   bigint      not null,
    rows_set_aside bigint      not null,
    requests       integer     not null,
    bytes          bigint      not null,
    trace_id       text,
    error          text
);
create index run_job on nxt_sync.run (job, company, id);
comment on table nxt_sync.run is 'The last 200 runs of each pull and company. A request that served several tables is counted with the first of them.';

create view nxt_sync.freshness as
select pull as job, company, complete_as_of,
       case when state <> 'ok' then state when held is not null then 'held' when loaded_at is null then 'loading' else 'ok' end as state,
       rows
from nxt_sync.pull_state;
comment on view nxt_sync.freshness is 'Every change that Business NXT had shown by complete_as_of is in the target.';
