-- Which columns the key of a table has, as webhooks name them.
set local search_path = pg_catalog, pg_temp;

alter table nxt_sync.webhook_event add column key_columns text[] not null default '{}';
comment on column nxt_sync.webhook_event.key_columns is 'The columns of the row''s key, as the last event named them; empty if it came before they were kept.';
