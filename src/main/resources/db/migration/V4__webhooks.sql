-- Ours: what webhooks say is to be looked at.

create table nxt_sync.inbox (
    id          bigint      generated always as identity constraint inbox_pkey primary key,
    unit        bigint      not null,
    pull        text        not null,
    key         text        not null,
    twin        bytea,
    received_at timestamptz not null default clock_timestamp()
);
comment on table nxt_sync.inbox is 'Keys of rows to look at, one for each event and pull; deleted in the transaction that settles them.';
comment on column nxt_sync.inbox.unit is 'The unit of work (nxt_sync.job) that looks at it.';
comment on column nxt_sync.inbox.key is 'The key''s columns as the event had them (JSON).';
comment on column nxt_sync.inbox.twin is 'The event''s hash, if it has no time stamp and is not being looked at yet: a second one is then a duplicate.';
create index inbox_unit on nxt_sync.inbox (unit, pull, id);
create index inbox_received on nxt_sync.inbox (received_at);
create unique index inbox_twin on nxt_sync.inbox (twin, unit, pull) where twin is not null;

create table nxt_sync.inbox_seen (
    hash    bytea       not null constraint inbox_seen_pkey primary key,
    seen_at timestamptz not null default clock_timestamp()
);
comment on table nxt_sync.inbox_seen is 'The SHA-256 of every event with a time stamp of the last 30 days, so that it counts once.';
create index inbox_seen_at on nxt_sync.inbox_seen using brin (seen_at);

create table nxt_sync.webhook_event (
    table_name text        not null,
    company    integer     not null,
    last_at    timestamptz not null,
    last_event text        not null,
    constraint webhook_event_pkey primary key (table_name, company)
);
comment on table nxt_sync.webhook_event is 'The last valid event of each table and company (or customer), for the command check.';

comment on table nxt_sync.removed is 'Rows that were not there in the last hour, so that a read from before that does not bring them back.';
comment on table nxt_sync.run is 'The last 200 runs of each pull, company and kind. A request that served several tables is counted with the first of them.';
