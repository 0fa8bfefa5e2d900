package dev.nxtsync.push.plan;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.schema.InputType;
import dev.nxtsync.graphql.schema.MutationField;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.push.outbox.MutationKind;

/**
 * A configured push, checked against what its connection may read and change.
 *
 * @param fields the table's fields that it needs, by what they do
 * @param inputs the types of what is sent, by name, as far as they were read
 * @param children by field of the input, how its rows are read back
 * @param key the columns of the primary key, as far as they are known
 * @param returning further columns of the record that are kept
 * @param creator whom records of this connection name as their creator: its client id; of a user that is known only from the
 *        first create that is answered
 */
public record PushPlan(Settings.Push push, Table table, Map<MutationKind, MutationField> fields,
        Map<String, InputType> inputs, Map<String, Child> children, List<String> key, List<String> returning,
        Optional<Following> then, Optional<String> creator) {
    public static final String CREATOR = "createdByUser";

    /**
     * Rows that are created with their parent.
     *
     * @param join the field that leads to them; empty if they cannot be read back
     * @param columns what is read of each
     */
    public record Child(Optional<String> join, List<String> columns) {}

    /**
     * A processing that follows.
     *
     * @param doneWhen matches the record once it has run
     */
    public record Following(String processings, MutationField field, Optional<ObjectNode> arguments,
            Optional<ObjectNode> doneWhen) {}

    public String name() {
        return push.name();
    }

    public List<String> keyColumns() {
        return push.keyColumn();
    }

    /** Names the key column, or columns, as the state of a push keeps them. */
    public String keyColumn() {
        return String.join(",", push.keyColumn());
    }

    public boolean isDryRun() { return push.mode() == Settings.Mode.DRY_RUN; }

    /** @throws NullPointerException for what this push does not do */
    public MutationField field(MutationKind act) {
        return Objects.requireNonNull(fields.get(act));
    }

    public boolean creates() {
        return fields.containsKey(MutationKind.CREATE);
    }

    /** The columns by which a record is known, and those that are kept with its row. */
    public Set<String> kept() {
        var columns = new LinkedHashSet<>(key);
        columns.addAll(push.keyColumn());
        columns.addAll(returning);
        return columns;
    }
}
