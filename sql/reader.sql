-- Who reads the mirrored tables and what the daemon says of them. Run it as a superuser, once the daemon has run, and after
-- sql/daemon.sql.
create role nxt_reader;

grant usage on schema nxt, nxt_sync to nxt_reader;
grant select on all tables in schema nxt to nxt_reader;
alter default privileges for role nxt_sync in schema nxt grant select on tables to nxt_reader;
grant select on nxt_sync.freshness, nxt_sync.run, nxt_sync.row_fault, nxt_sync.control_total,
    nxt_sync.enumeration, nxt_sync.enumeration_column, nxt_sync.relation to nxt_reader;
