-- Who may do what, and where the database's clock has been. Of this, push_grant is for people.
set local search_path = pg_catalog, pg_temp;

-- PostgreSQL lets everybody execute a new function, so that each migration which makes one takes that back.
revoke execute on all functions in schema nxt_sync from public;
alter function nxt_sync.outbox_edited() set search_path = pg_catalog, pg_temp;
alter function nxt_sync.outbox_decided() set search_path = pg_catalog, pg_temp;

create table nxt_sync.push_grant (
    role text not null,
    push text not null constraint push_grant_push_named check (push = '*' or push ~ '^[a-z][a-z0-9]*$'),
    constraint push_grant_pkey primary key (role, push)
);
comment on table nxt_sync.push_grant is 'Which pushes the members of a role may use, and so which rows of the outbox they see; * is all. Rights to the function nxt_sync.push and to the outbox come on top.';
comment on column nxt_sync.push_grant.role is 'A name: a role that is renamed loses what is granted here, and one that is made anew under an old name has it.';

create function nxt_sync.granted_pushes() returns text[]
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(array_agg(granted.push), '{}')
    from nxt_sync.push_grant granted join pg_roles on rolname = granted.role
    where pg_has_role(session_user, pg_roles.oid, 'member')
$$;
comment on function nxt_sync.granted_pushes is 'The pushes of nxt_sync.push_grant that whoever has logged in may use.';
revoke execute on function nxt_sync.granted_pushes from public;

-- Whoever was given a right to push, or to the outbox, keeps all pushes.
insert into nxt_sync.push_grant (role, push)
select distinct rolname, '*'
from (select proacl as acl, proowner as owner from pg_proc where oid = 'nxt_sync.push(text, text, json, integer, text)'::regprocedure
      union all select relacl, relowner from pg_class where oid = 'nxt_sync.outbox'::regclass
      union all select attacl, relowner from pg_attribute join pg_class on pg_class.oid = attrelid
                where attrelid = 'nxt_sync.outbox'::regclass) given,
    aclexplode(given.acl) as granted join pg_roles on pg_roles.oid = granted.grantee
where granted.grantee <> given.owner;

do $$
declare
    grantee text;
begin
    for grantee in select distinct role from nxt_sync.push_grant loop
        execute format('grant execute on function nxt_sync.granted_pushes() to %I', grantee);
    end loop;
end
$$;

create table nxt_sync.clock (
    one     boolean     not null default true constraint clock_pkey primary key constraint clock_one check (one),
    seen_at timestamptz not null
);
comment on table nxt_sync.clock is 'The database''s time at the last beat of any process, so that it is noticed when it has been set back.';
insert into nxt_sync.clock (seen_at)
select greatest(clock_timestamp(), (select max(beat_at) from nxt_sync.replica), (select max(claimed_at) from nxt_sync.job),
    (select max(complete_as_of) from nxt_sync.pull_state), (select max(ended_at) from nxt_sync.run),
    (select max(greatest(created_at, sent_at, settled_at)) from nxt_sync.outbox));

-- The owner, which is the daemon, and superusers see all rows. From here on the outbox is locked: nothing more is read of it.
alter table nxt_sync.outbox enable row level security;
create policy outbox_granted on nxt_sync.outbox
    using (array[push, '*'] && (select nxt_sync.granted_pushes()));

create or replace function nxt_sync.push(push text, key text, payload json, company integer default null, grp text default null)
    returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    setting nxt_sync.push_setting;
    kept nxt_sync.outbox;
    size integer := octet_length(payload::text);
    number bigint;
    highest bigint;
    tries integer := 0;
begin
    if push is null or push !~ '^[a-z][a-z0-9]*$' then
        raise exception 'nxt_sync.push: "%" is not the name of a push', left(push, 100)
            using errcode = '22023', hint = 'A name is one word of small letters and digits.';
    end if;
    -- here current_user is the owner
    if not (pg_has_role(session_user, current_user, 'member') or array[push, '*'] && nxt_sync.granted_pushes()) then
        raise exception 'nxt_sync.push: % may not push to %', session_user, push
            using errcode = '42501', hint = format(
                'As the owner of nxt_sync run: insert into nxt_sync.push_grant (role, push) values (%L, %L);', session_user, push);
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
    -- what is pushed is durable once it is committed
    if current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'on', true);
    end if;
    -- first the lock, then the number: in a group, the order of numbers is the order of commits
    if grp is not null then
        perform pg_advisory_xact_lock(hashtextextended(push || ' ' || coalesce(company::text, '') || ' ' || grp, 1852404850));
    end if;
    -- never one below that of a row which is there, or it would be sent before that: sequences are not part of logical
    -- replication, nor of a table that was copied
    loop
        number := nextval('nxt_sync.outbox_id');
        select coalesce(max(o.id), 0) into highest from nxt_sync.outbox o;
        exit when number > highest;
        tries := tries + 1;
        -- once or twice another may just have been quicker; a sequence that is behind is brought up, by one at a time, in a
        -- subtransaction that is rolled back: this ends the lock, which else would last as long as the caller's transaction,
        -- and leaves the sequence as it is now
        if tries = 3 then
            begin
                perform pg_advisory_xact_lock(hashtext('nxt_sync sequences'));
                perform setval('nxt_sync.outbox_id', highest) from nxt_sync.outbox_id s where s.last_value < highest;
                raise exception using errcode = 'NXT01';
            exception when sqlstate 'NXT01' then
                null;
            end;
        end if;
    end loop;
    insert into nxt_sync.outbox (id, push, key, payload, company, grp)
    values (number, push, key, payload, company, grp)
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
