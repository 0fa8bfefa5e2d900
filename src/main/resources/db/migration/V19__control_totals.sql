-- What Business NXT adds up of groups of rows, beside what the target adds up to. For people: control_total, freshness.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.proof (
    pull          text        not null,
    company       integer     not null,
    step          text        not null default 'rest' constraint proof_step_known check (step in ('rest', 'settle', 'mend', 'again')),
    due_at        timestamptz not null default clock_timestamp(),
    began_at      timestamptz,
    answered_at   timestamptz,
    asks          integer     not null default 0,
    mends         integer     not null default 0,
    mended        bigint,
    grouping      text[]      not null default '{}',
    most_rows     bigint,
    failures      integer     not null default 0,
    proven_as_of  timestamptz,
    constraint proof_pkey primary key (pull, company)
);
comment on table nxt_sync.proof is 'How far each pull and company is with its control totals.';
comment on column nxt_sync.proof.step is 'rest: nothing is open. settle: totals differ, and a poll may explain that. mend: groups are listed. again: they are asked for again.';
comment on column nxt_sync.proof.began_at is 'When the totals under way were first asked for.';
comment on column nxt_sync.proof.answered_at is 'When they were last answered: a poll that begins later has read whatever they tell.';
comment on column nxt_sync.proof.mends is 'How often the rows of groups have been listed for them.';
comment on column nxt_sync.proof.mended is 'How many rows were other than listed, when they were last listed.';
comment on column nxt_sync.proof.grouping is 'The columns of the target by which rows are grouped.';
comment on column nxt_sync.proof.most_rows is 'A question over more rows is not asked, since one was not answered in time.';

create table nxt_sync.control_total (
    job       text        not null,
    company   integer     not null,
    grp       text        not null,
    there     json        not null,
    here      json        not null,
    at        timestamptz not null,
    open      boolean     not null default false,
    different boolean     not null default false,
    gap       text,
    constraint control_total_pkey primary key (job, company, grp)
);
create index control_total_different on nxt_sync.control_total (job, company) where different;
comment on table nxt_sync.control_total is 'What the rows of each group add up to, in Business NXT (there) and in the target (here). Their sums are equal unless open or different is true.';
comment on column nxt_sync.control_total.grp is 'The group: columns of the target with their values, as JSON.';
comment on column nxt_sync.control_total.at is 'When Business NXT answered.';
comment on column nxt_sync.control_total.open is 'They differed, and it is not clear yet whether that is a change that is under way.';
comment on column nxt_sync.control_total.gap is 'By how much they differed when its rows were last listed, as JSON.';
comment on column nxt_sync.control_total.different is 'They differ, also after the rows of the group were listed.';

-- Whoever may read how fresh rows are may read whether they are equal.
do $$
declare
    reader text;
begin
    for reader in
        select case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end
        from pg_class, aclexplode(relacl) granted
        where pg_class.oid = 'nxt_sync.freshness'::regclass and granted.privilege_type = 'SELECT'
            and granted.grantee <> relowner
    loop
        execute 'grant select on nxt_sync.control_total to ' || reader;
    end loop;
end
$$;

alter table nxt_sync.pass drop constraint pass_kind_known,
    add constraint pass_kind_known check (kind in ('load', 'reconciliation', 'groups'));

create or replace view nxt_sync.freshness as
select pull as job, company, complete_as_of,
       case when state = 'away' then state
            when exists (select from nxt_sync.pull_pause where pull_pause.pull = pull_state.pull) then 'paused'
            when state <> 'ok' then state when held is not null then 'held' when loaded_at is null then 'loading' else 'ok' end as state,
       rows,
       (select proven_as_of from nxt_sync.proof where proof.pull = pull_state.pull and proof.company = pull_state.company) as proven_as_of
from nxt_sync.pull_state;
comment on view nxt_sync.freshness is 'Every change that Business NXT had shown by complete_as_of is in the target. At proven_as_of the control totals of all rows were equal.';
