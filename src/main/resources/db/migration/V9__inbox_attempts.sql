-- A key that cannot be looked at holds up no other, and a sequence that is behind its table refuses nobody.

alter table nxt_sync.inbox
    add column attempts integer not null default 0,
    add column next_at  timestamptz,
    add column reason   text;
comment on column nxt_sync.inbox.attempts is 'How often it was looked at, or was to be: counted before. From five on the key is set aside.';
comment on column nxt_sync.inbox.next_at is 'Before this it is not looked at again; null as long as it may be at once.';
comment on column nxt_sync.inbox.reason is 'Why it could not be looked at; null also where the process ended meanwhile.';
create index inbox_set_aside on nxt_sync.inbox (unit, pull, md5(key)) where attempts >= 5;

-- As before, but for the number of the row: sequences are not part of logical replication, nor of a table that was copied.
create or replace function nxt_sync.push(push text, key text, payload json, company integer default null, grp text default null)
    returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    setting nxt_sync.push_setting;
    kept nxt_sync.outbox;
    size integer := octet_length(payload::text);
    number bigint;
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
    -- never one below that of a row which is there, or it would be sent before that
    loop
        number := nextval('nxt_sync.outbox_id');
        exit when number > coalesce((select max(o.id) from nxt_sync.outbox o), 0);
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
