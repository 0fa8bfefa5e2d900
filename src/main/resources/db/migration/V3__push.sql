-- For people: outbox and the function push. The rest is ours.

alter table nxt_sync.job add column lane integer not null default 0;
alter table nxt_sync.job drop constraint job_unit;
alter table nxt_sync.job add constraint job_unit unique (kind, connection, scope, company, pull, lane);
comment on column nxt_sync.job.pull is 'The pull of a load or reconciliation, or the push of a lane; empty where one unit serves all pulls of a company.';

create table nxt_sync.push_setting (
    push    text    not null constraint push_setting_pkey primary key,
    company integer
);
comment on table nxt_sync.push_setting is 'The configured pushes, as far as the function nxt_sync.push must know them.';

create table nxt_sync.push_state (
    push          text    not null,
    company       integer not null,
    reason        text,
    failures      integer not null default 0,
    retry_at      timestamptz,
    creator       text,
    echoed        text,
    stopped       text,
    one_per_group boolean not null default false,
    constraint push_state_pkey primary key (push, company)
);
comment on column nxt_sync.push_state.creator is 'What an answered create read back as createdByUser, where that is not the client id.';
comment on column nxt_sync.push_state.echoed is 'The key column that has come back as it was sent.';
comment on column nxt_sync.push_state.stopped is 'The key column that came back changed; nothing is sent until another one is configured.';
comment on column nxt_sync.push_state.one_per_group is 'The server was seen to go on after a record that it refused, so that rows of one group never share a request.';

create sequence nxt_sync.outbox_id;

create table nxt_sync.outbox (
    id         bigint      not null constraint outbox_pkey primary key,
    push       text        not null,
    key        text        not null,
    payload    json        not null,
    company    integer,
    grp        text,
    state      text        not null default 'waiting'
        constraint outbox_state_known check (state in ('waiting', 'sending', 'in_doubt', 'done', 'dead', 'discarded')),
    result     json,
    error      text,
    attempts   integer     not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    settled_at timestamptz,
    lane       integer     not null generated always as (hashtext(coalesce(grp, id::text)) & 15) stored,
    step       text        not null default 'record' constraint outbox_step_known check (step in ('record', 'then')),
    act        text        constraint outbox_act_known check (act in ('create', 'update', 'delete')),
    record     text,
    stamp      text,
    sent_at    timestamptz,
    next_at    timestamptz,
    answered   text,
    blamed     boolean     not null default false,
    at_most    integer,
    repeated   boolean     not null default false,
    looks      integer     not null default 0,
    constraint outbox_key unique (push, key)
);
comment on table nxt_sync.outbox is 'Rows that become Business NXT records, each once. Written by the function nxt_sync.push.';
comment on column nxt_sync.outbox.state is 'waiting, sending, in_doubt (it may be in Business NXT, and is looked for), done, dead (a person decides), discarded.';
comment on column nxt_sync.outbox.error is 'Why it is dead; of a done row, what a person should look at.';
comment on column nxt_sync.outbox.step is 'Ours: whether the record is under way, or the processing that follows it.';
comment on column nxt_sync.outbox.act is 'Ours: what an upsert has turned out to be.';
comment on column nxt_sync.outbox.record is 'Ours: names the record, so that no two rows about it are in flight.';
comment on column nxt_sync.outbox.stamp is 'Ours: the record''s change stamp before the first send of an update; empty if it had none.';
comment on column nxt_sync.outbox.sent_at is 'Ours: when the present step was last sent, or may have been.';
comment on column nxt_sync.outbox.next_at is 'Ours: when it is looked at next, whatever its state.';
comment on column nxt_sync.outbox.answered is 'Ours: the error that the server answered in time, and so is done with.';
comment on column nxt_sync.outbox.blamed is 'Ours: whether that error can only be about this row.';
comment on column nxt_sync.outbox.at_most is 'Ours: the largest request in which it is sent again.';
comment on column nxt_sync.outbox.looks is 'Ours: how often it was looked for since it was last sent.';
comment on column nxt_sync.outbox.repeated is 'Ours: whether its record was sent more than once, and so is counted afterwards.';

create index outbox_waiting on nxt_sync.outbox (push, company, lane, id) where state = 'waiting';
create index outbox_blocking on nxt_sync.outbox (push, company, lane, grp, id)
    where state in ('sending', 'in_doubt', 'dead') or next_at is not null;
create index outbox_next on nxt_sync.outbox (next_at) where next_at is not null;
create index outbox_state on nxt_sync.outbox (push, state, created_at);
create index outbox_settled on nxt_sync.outbox (settled_at) where state in ('done', 'discarded');
create index outbox_troubled on nxt_sync.outbox (push, id) where state = 'dead' or state = 'done' and error is not null;
create unique index outbox_record_in_flight on nxt_sync.outbox (record) where state in ('sending', 'in_doubt');

create table nxt_sync.outbox_home (
    one               boolean not null default true constraint outbox_home_pkey primary key constraint outbox_home_one check (one),
    system_identifier bigint  not null,
    timeline          text    not null,
    database_oid      oid     not null,
    outbox_oid        oid     not null
);
comment on table nxt_sync.outbox_home is 'Where the outbox was at home when it was last sent from. Elsewhere it is a copy, which sends nothing until it is adopted.';

create view nxt_sync.outbox_here as
select system.system_identifier,
       left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline,
       (select oid from pg_database where datname = current_database()) as database_oid,
       'nxt_sync.outbox'::regclass::oid as outbox_oid
from pg_control_system() as system;

-- A server may refuse these functions, such as a managed one that does not let its WAL be seen: then there is no home.
do $$
begin
    insert into nxt_sync.outbox_home (system_identifier, timeline, database_oid, outbox_oid)
    select system_identifier, timeline, database_oid, outbox_oid from nxt_sync.outbox_here;
exception when others then
    null;
end
$$;

-- What a person changes: a retried row is not waited for, and what is done stays as it was sent.
create function nxt_sync.outbox_edited() returns trigger language plpgsql as $$
begin
    if new.payload::text <> old.payload::text and old.state not in ('dead', 'discarded') then
        raise exception 'the payload of outbox row % cannot be changed while it is %', old.id, old.state
            using hint = 'Only the payload of a dead row can be changed; then set its state to waiting.';
    end if;
    return new;
end
$$;
create trigger outbox_edited before update of payload on nxt_sync.outbox
    for each row execute function nxt_sync.outbox_edited();

create function nxt_sync.outbox_decided() returns trigger language plpgsql as $$
begin
    if new.state = 'waiting' and old.state in ('dead', 'discarded') then
        new.next_at := null;
        new.settled_at := null;
        new.error := null;
        new.at_most := null;
        new.answered := null;
        new.blamed := false;
        new.stamp := null;
    elsif new.state = 'discarded' and old.state <> 'discarded' then
        new.settled_at := clock_timestamp();
    end if;
    return new;
end
$$;
create trigger outbox_decided before update of state on nxt_sync.outbox
    for each row when (new.state in ('waiting', 'discarded') and new.state <> old.state)
    execute function nxt_sync.outbox_decided();

create function nxt_sync.push(push text, key text, payload json, company integer default null, grp text default null)
    returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    setting nxt_sync.push_setting;
    kept nxt_sync.outbox;
    size integer := octet_length(payload::text);
begin
    if push is null or push !~ '^[a-z][a-z0-9]*$' then
        raise exception 'nxt_sync.push: "%" is not the name of a push', left(push, 100)
            using errcode = '22023', hint = 'A name is one word of small letters and digits.';
    end if;
    if key is null or key = '' or length(key) > 200 or key ~ '[[:cntrl:]]' then
        raise exception 'nxt_sync.push: the key has % characters, or control characters among them', coalesce(length(key), 0)
            using errcode = '22023', hint = 'A key is a text of 1 to 200 characters without control characters.';
    end if;
    if length(grp) > 200 then
        raise exception 'nxt_sync.push: the grp of key "%" has % characters', key, length(grp)
            using errcode = '22023', hint = 'A grp is a text of at most 200 characters.';
    end if;
    if payload is null or json_typeof(payload) <> 'object' then
        raise exception 'nxt_sync.push: the payload of key "%" is %', key,
                case when payload is null then 'null' else 'a JSON ' || json_typeof(payload) end
            using errcode = '22023', hint = 'A payload is a JSON object: the columns of one record.';
    end if;
    if size > 14900000 then
        raise exception 'nxt_sync.push: the payload of key "%" has % bytes', key, size
            using errcode = '54000', hint = 'Business NXT takes requests of at most 15 MB, so a payload has at most 14900000 bytes.';
    end if;
    select * into setting from nxt_sync.push_setting s where s.push = push.push;
    if found then
        if coalesce(push.company, setting.company) is null then
            raise exception 'nxt_sync.push: key "%" names no company, and the push % has none of its own', key, push
                using errcode = '22023', hint = 'Give the Visma.net company number.';
        elsif push.company <> setting.company then
            raise exception 'nxt_sync.push: key "%" names the company %, but the push % is for company % only', key,
                    push.company, push, setting.company
                using errcode = '22023', hint = 'Leave the company out, or use another push.';
        end if;
        company := coalesce(push.company, setting.company);
    end if;
    -- first the lock, then the number: in a group, the order of numbers is the order of commits
    if grp is not null then
        perform pg_advisory_xact_lock(hashtextextended(push || ' ' || coalesce(company::text, '') || ' ' || grp, 1852404850));
    end if;
    insert into nxt_sync.outbox (id, push, key, payload, company, grp)
    values (nextval('nxt_sync.outbox_id'), push, key, payload, company, grp)
    on conflict on constraint outbox_key do nothing
    returning * into kept;
    if kept.id is null then
        select * into strict kept from nxt_sync.outbox o where o.push = push.push and o.key = push.key;
        if sha256(convert_to(kept.payload::text, 'UTF8')) <> sha256(convert_to(payload::text, 'UTF8')) then
            raise exception 'nxt_sync.push: key "%" was pushed to % before, with another payload (row %, %)', key, push, kept.id, kept.state
                using errcode = '23505', hint = 'A key names one record for ever; use a new key, or edit that row if it is dead.';
        elsif kept.company <> company then
            raise exception 'nxt_sync.push: key "%" was pushed to % before, for company % (row %, %)', key, push, kept.company, kept.id, kept.state
                using errcode = '23505', hint = 'A key names one record for ever; use a new key.';
        end if;
    end if;
    return kept.id;
end
$$;
comment on function nxt_sync.push is 'Puts a record into the outbox, in your own transaction. The same key and payload again do nothing; another payload is an error.';

-- The first release was applied without that block. So that its checksum holds, which is recorded wherever it ran: KULcBl
