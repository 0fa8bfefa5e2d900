-- Which table each pull is of. The version before leaves it as it is.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.pull_table (
    pull        text    not null constraint pull_table_pkey primary key,
    table_name  text    not null,
    target      text    not null,
    begins_anew boolean not null default false
);
comment on table nxt_sync.pull_table is 'Of which table a pull is, so that a name or a target is not taken for that of another table.';
comment on column nxt_sync.pull_table.table_name is 'The API''s name of the table.';
comment on column nxt_sync.pull_table.target is 'Which target has its rows.';
comment on column nxt_sync.pull_table.begins_anew is 'Whether the pull has been reset, so that it may be of another table.';
