-- What people are told, and what they decide. Of this, freshness is for people.

alter table nxt_sync.pull_state add column code text;
comment on column nxt_sync.pull_state.code is 'The reason''s code in the catalogue of errors; null where there is no reason.';
alter table nxt_sync.push_state add column code text;
comment on column nxt_sync.push_state.code is 'The reason''s code in the catalogue of errors; null where there is no reason.';

create table nxt_sync.pull_pause (
    pull      text        not null constraint pull_pause_pkey primary key,
    paused_at timestamptz not null default clock_timestamp()
);
comment on table nxt_sync.pull_pause is 'Pulls that a person has paused, in all companies.';

alter table nxt_sync.replica add column report json;
comment on column nxt_sync.replica.report is 'How its connections are, as it said with its last beat.';

create sequence nxt_sync.stale_write;
comment on sequence nxt_sync.stale_write is 'Counts the writes that were refused because their claim was an old one; also those of processes that have ended.';

create table nxt_sync.trouble (
    subject  text        not null,
    code     text        not null,
    reason   text        not null,
    since    timestamptz not null default clock_timestamp(),
    gone_at  timestamptz,
    told_at  timestamptz,
    constraint trouble_pkey primary key (subject, code)
);
comment on table nxt_sync.trouble is 'What is wrong now, and whether the notice of it has gone out.';

create table nxt_sync.notice (
    id       text        not null constraint notice_pkey primary key,
    body     text        not null,
    made_at  timestamptz not null default clock_timestamp(),
    next_at  timestamptz not null default clock_timestamp(),
    attempts integer     not null default 0
);
comment on table nxt_sync.notice is 'Notices that have not been taken yet.';

create or replace view nxt_sync.freshness as
select pull as job, company, complete_as_of,
       case when state = 'away' then state
            when exists (select from nxt_sync.pull_pause where pull_pause.pull = pull_state.pull) then 'paused'
            when state <> 'ok' then state when held is not null then 'held' when loaded_at is null then 'loading' else 'ok' end as state,
       rows
from nxt_sync.pull_state;
