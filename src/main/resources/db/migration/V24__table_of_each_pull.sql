-- Which table each pull is of. The version before leaves it as it is.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.pull_table (
    pull       text not null constraint pull_table_pkey primary key,
    table_name text not null
);
comment on table nxt_sync.pull_table is 'Of which table a pull is, so that what was read of another is not taken for its own.';
comment on column nxt_sync.pull_table.table_name is 'The API''s name of the table.';
