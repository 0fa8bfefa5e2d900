-- Ours.
set local search_path = pg_catalog, pg_temp;

alter table nxt_sync.pull_state add column met_by text;
comment on column nxt_sync.pull_state.met_by is 'The kind of work that met the reason, or plan; null where there is no reason, or a version before this one wrote it.';

-- what versions before this one left behind
update nxt_sync.pull_state set code = null, reason = null where state = 'ok' and (code is not null or reason is not null);
