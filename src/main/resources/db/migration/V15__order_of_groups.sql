-- Ours.
set local search_path = pg_catalog, pg_temp;

-- which rows of a group wait before one, however many do
create index outbox_waiting_group on nxt_sync.outbox (push, company, lane, grp, id) where state = 'waiting';
