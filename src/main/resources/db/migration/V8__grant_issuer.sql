-- A refresh token goes to the issuer that it came from, and to no other.
set local search_path = pg_catalog, pg_temp;

alter table nxt_sync.user_grant add column issuer text;
comment on column nxt_sync.user_grant.issuer is 'Where the tokens came from, and the only place that they are sent to; null of a sign-in before this column, until its refresh token is used.';
