-- Sign-ins of users. Ours: nothing in this file is for users' queries. Tokens are encrypted with NXT_ENCRYPTION_KEY, and of
-- links, states and cookies there are hashes only.

alter table nxt_sync.job drop constraint job_scope_known;
alter table nxt_sync.job add constraint job_scope_known check (scope in ('company', 'customer', 'connection'));

create table nxt_sync.user_grant (
    connection        text        not null constraint user_grant_pkey primary key,
    generation        bigint      not null,
    state             text        not null constraint user_grant_state_known check (state in ('signed_in', 'needed')),
    code              text,
    reason            text,
    subject           text,
    tenant            text,
    shown_name        text,
    scope             text,
    kind              text        constraint user_grant_kind_known check (kind in ('re-use', 'one-time')),
    refresh_token     text,
    access_token      text,
    access_expires_at timestamptz,
    authorized_at     timestamptz,
    refreshed_at      timestamptz,
    pending_at        timestamptz,
    pending_fence     bigint,
    last_sent_at      timestamptz,
    repeated_by       uuid
);
comment on table nxt_sync.user_grant is 'Who has signed in for a connection, and the tokens that came of it, encrypted.';
comment on column nxt_sync.user_grant.generation is 'Another number for each refresh token; an answer is stored only over the one that it replaces.';
comment on column nxt_sync.user_grant.subject is 'The person, as the claim sub has it.';
comment on column nxt_sync.user_grant.kind is 'Whether a refresh was seen to bring the same refresh token or another; null before the first.';
comment on column nxt_sync.user_grant.pending_at is 'When the refresh token was sent; null once the answer is stored.';
comment on column nxt_sync.user_grant.last_sent_at is 'When it was sent last: again, within the grace period, or for the first time.';
comment on column nxt_sync.user_grant.pending_fence is 'The claim under which it was sent last.';
comment on column nxt_sync.user_grant.repeated_by is 'The process that has sent it again since, within the grace period.';

create table nxt_sync.sign_in (
    link       text        not null constraint sign_in_pkey primary key,
    connection text        not null,
    made_at    timestamptz not null default clock_timestamp(),
    begun_at   timestamptz,
    ended_at   timestamptz,
    state      text,
    cookie     text,
    challenge  text,
    result     json
);
comment on table nxt_sync.sign_in is 'Links by which persons sign in: each is good once and for ten minutes.';
