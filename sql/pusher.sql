-- Who pushes: calls nxt_sync.push, and sees what becomes of rows. Run it as a superuser or as nxt_sync, once the daemon has run.
create role nxt_pusher;

grant usage on schema nxt_sync to nxt_pusher;
revoke execute on function nxt_sync.push from public;
grant execute on function nxt_sync.push to nxt_pusher;
grant select on nxt_sync.outbox to nxt_pusher;
