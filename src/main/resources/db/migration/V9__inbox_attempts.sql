-- A key that cannot be looked at holds up no other.
set local search_path = pg_catalog, pg_temp;

alter table nxt_sync.inbox
    add column attempts integer not null default 0,
    add column next_at  timestamptz,
    add column reason   text;
comment on column nxt_sync.inbox.attempts is 'How often it was looked at, or was to be: counted before. From five on the key is set aside.';
comment on column nxt_sync.inbox.next_at is 'Before this it is not looked at again; null as long as it may be at once.';
comment on column nxt_sync.inbox.reason is 'Why it could not be looked at; null also where the process ended meanwhile.';
create index inbox_set_aside on nxt_sync.inbox (unit, pull, md5(key)) where attempts >= 5;
