-- The role of the daemon, with no more rights than it needs. Run it once, as a superuser.
-- It owns nxt_sync, its own state, and writes tables in the target schema, which may belong to somebody else.
create role nxt_sync login;
-- then, in psql:  \password nxt_sync

create schema nxt_sync authorization nxt_sync;

create schema if not exists nxt;
grant usage, create on schema nxt to nxt_sync;
