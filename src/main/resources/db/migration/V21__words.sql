-- What the values of enumerations are called, and which tables refer to which. For people: enumeration, enumeration_column, relation.
set local search_path = pg_catalog, pg_temp;

create table nxt_sync.enumeration (
    domain   text not null,
    value    bigint,
    name     text not null,
    text     text,
    language text not null,
    constraint enumeration_pkey primary key (domain, language, name)
);
comment on table nxt_sync.enumeration is 'The values of enumerations and flags. A value that Business NXT no longer has stays, since rows may have it.';
comment on column nxt_sync.enumeration.domain is 'The type of the enumeration, as nxt_sync.enumeration_column has it for each column.';
comment on column nxt_sync.enumeration.value is 'The number that columns have; null as long as no row has shown it.';
comment on column nxt_sync.enumeration.name is 'As columns that end with _as_enum or _flags have it.';
comment on column nxt_sync.enumeration.text is 'How people read it in that language; null where Business NXT does not say.';

create table nxt_sync.enumeration_column (
    schema_name text not null,
    table_name  text not null,
    column_name text not null,
    domain      text not null,
    constraint enumeration_column_pkey primary key (schema_name, table_name, column_name)
);
comment on table nxt_sync.enumeration_column is 'Which columns of targets have numbers of which enumeration.';

create table nxt_sync.reference (
    schema_name    text not null,
    child          text not null,
    parent         text not null,
    child_columns  text[],
    parent_columns text[],
    constraint reference_pkey primary key (schema_name, child, parent)
);
comment on table nxt_sync.reference is 'Which target refers to which, as the schema of Business NXT shows it.';

create view nxt_sync.relation as
select format('%I.%I', schema_name, child) as child, child_columns, format('%I.%I', schema_name, parent) as parent, parent_columns
from nxt_sync.reference;
comment on view nxt_sync.relation is 'Rows of child refer to rows of parent that have the same values in parent_columns as they in child_columns. These are null where Business NXT does not say by which columns.';

-- Whoever may read how fresh rows are may read what is in them.
do $$
declare
    reader text;
begin
    for reader in
        select case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end
        from pg_class, aclexplode(relacl) granted
        where pg_class.oid = 'nxt_sync.freshness'::regclass and granted.privilege_type = 'SELECT'
            and granted.grantee <> relowner
    loop
        execute 'grant select on nxt_sync.enumeration, nxt_sync.enumeration_column, nxt_sync.relation to ' || reader;
    end loop;
end
$$;
