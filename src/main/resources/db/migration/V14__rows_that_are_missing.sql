-- Ours.
set local search_path = pg_catalog, pg_temp;

alter table nxt_sync.pull_state add column missing text;
comment on column nxt_sync.pull_state.missing is 'Why rows are lacking, as a reconciliation has found by counting; null where none are, as far as is known.';

-- a row that comes twice is no fault any more
delete from nxt_sync.row_fault where reason like 'the key is there twice in one page%';
