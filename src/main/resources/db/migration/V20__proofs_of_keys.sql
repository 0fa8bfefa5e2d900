-- Whether columns tell the rows of a table apart, as Business NXT says.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.key_proof (
    connection text        not null,
    table_name text        not null,
    columns    text[]      not null,
    filter     text        not null default '',
    company    integer     not null,
    verdict    text        not null constraint key_proof_verdict_known check (verdict in ('unique', 'repeated', 'empty', 'unclear', 'refused')),
    rows       bigint      not null default 0,
    detail     text        not null default '',
    at         timestamptz not null,
    constraint key_proof_pkey primary key (connection, table_name, columns, filter, company)
);
comment on table nxt_sync.key_proof is 'Whether columns are the key of a table: what Business NXT said of its rows in each company, or customer.';
comment on column nxt_sync.key_proof.filter is 'A digest of the filter of the pull whose rows these are; empty for the whole table.';
comment on column nxt_sync.key_proof.verdict is 'unique: no two rows have the same values. repeated: some do. empty: a row lacks a value. unclear: Business NXT could not be asked. refused: it did not say.';
comment on column nxt_sync.key_proof.rows is 'How many rows there were.';
comment on column nxt_sync.key_proof.detail is 'Which values are repeated, or why it is unclear.';
comment on column nxt_sync.key_proof.at is 'When Business NXT answered.';
