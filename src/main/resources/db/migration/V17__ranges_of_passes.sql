-- Parts of a walk through a whole table that are read side by side.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.pass_range (
    pull        text        not null,
    company     integer     not null,
    kind        text        not null,
    number      integer     not null,
    started_at  timestamptz not null,
    begins_at   text,
    ends_before text,
    cursor      text,
    rows        bigint      not null,
    done        boolean     not null,
    constraint pass_range_pkey primary key (pull, company, kind, number),
    constraint pass_range_pass_fkey foreign key (pull, company, kind) references nxt_sync.pass on delete cascade
);
comment on table nxt_sync.pass_range is 'Parts of a walk through a whole table that are read side by side. They hold as long as its row in nxt_sync.pass is as they left it: a process that does not know them goes on there.';
comment on column nxt_sync.pass_range.started_at is 'That of the walk whose parts they are.';
comment on column nxt_sync.pass_range.begins_at is 'The key at which it begins, of its first columns, as JSON; null at the beginning of the table.';
comment on column nxt_sync.pass_range.ends_before is 'The key before which it ends, in the same form; null at the end of the table.';
comment on column nxt_sync.pass_range.cursor is 'The key after which it goes on, as the server wrote it (JSON); null while nothing has been read of it.';
