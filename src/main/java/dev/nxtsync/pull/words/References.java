package dev.nxtsync.pull.words;

import java.util.List;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.pull.target.TargetTable;

/** The table {@code reference}, which is shown as {@code relation}. */
final class References {
    private References() {}

    /** Keeps what a target refers to, in place of what was known of it. */
    static void keep(Handle transaction, TargetTable child, List<Reference> references) {
        transaction.createUpdate("""
                delete from nxt_sync.reference
                where schema_name = :schema and child = :child and parent <> all (:parents)""")
                .bind("schema", child.schema()).bind("child", child.name())
                .bindArray("parents", String.class, references.stream().map(each -> each.parent().name()).toList())
                .execute();
        for (Reference reference : references) {
            Object[] columns = reference.columns().map(List::toArray).orElse(null);
            transaction.createUpdate("""
                    insert into nxt_sync.reference as known (schema_name, child, parent, child_columns, parent_columns)
                    values (:schema, :child, :parent, :columns::text[], :columns::text[])
                    on conflict on constraint reference_pkey do update
                    set child_columns = excluded.child_columns, parent_columns = excluded.parent_columns
                    where known.child_columns is distinct from excluded.child_columns""").bind("schema", child.schema())
                    .bind("child", child.name()).bind("parent", reference.parent().name())
                    .bindArray("columns", String.class, columns).execute();
        }
    }
}
