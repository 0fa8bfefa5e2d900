-- Who pushes: calls nxt_sync.push, and sees what becomes of rows. Run it as a superuser, once the daemon has run, and again if
-- nxt_sync was ever made anew (then without its first statement).
create role nxt_pusher;

grant usage on schema nxt_sync to nxt_pusher;
grant execute on function nxt_sync.push, nxt_sync.granted_pushes to nxt_pusher;
grant select on nxt_sync.outbox to nxt_pusher;

-- Which pushes: * is all of them. To narrow that, take each such row away, also of logins that have one of their own, and give
-- each login, or role, its pushes; they stay members of nxt_pusher:
--   delete from nxt_sync.push_grant where push = '*';
--   insert into nxt_sync.push_grant (role, push) values ('shop', 'orders'), ('crm', 'customers');
-- A role stands there by its name: one that is renamed loses its pushes, and one that is made anew under an old name has them.
insert into nxt_sync.push_grant (role, push) values ('nxt_pusher', '*');
