-- Which tables have a pull because a pattern fits to their names.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.pattern_table (
    connection    text        not null,
    table_name    text        not null,
    pattern       text        not null,
    pull          text        not null,
    tells_changes boolean     not null,
    taken_at      timestamptz,
    lost_at       timestamptz,
    code          text        not null default '',
    reason        text        not null default '',
    constraint pattern_table_pkey primary key (connection, table_name)
);
comment on table nxt_sync.pattern_table is 'The tables that a pull with a * in its TABLE fits to, as they were last seen.';
comment on column nxt_sync.pattern_table.pattern is 'The name of the pull that has the *.';
comment on column nxt_sync.pattern_table.pull is 'The name of the pull of this table.';
comment on column nxt_sync.pattern_table.tells_changes is 'Whether it has a change stamp. One that has none is read completely each time, as often as RECONCILE says.';
comment on column nxt_sync.pattern_table.taken_at is 'Since when there is a pull of the table; null if it is left out.';
comment on column nxt_sync.pattern_table.lost_at is 'Since when Business NXT no longer shows a table that was taken; its pull is paused.';
comment on column nxt_sync.pattern_table.code is 'Why it is left out, as docs/errors.md lists it; empty if it is not.';
comment on column nxt_sync.pattern_table.reason is 'The same in words.';

alter table nxt_sync.pull_pause add column reason text;
comment on column nxt_sync.pull_pause.reason is 'Why the daemon has paused the pull, which it also ends; null if a person has.';
comment on table nxt_sync.pull_pause is 'Pulls that are paused, in all companies.';
