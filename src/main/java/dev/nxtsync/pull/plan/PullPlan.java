package dev.nxtsync.pull.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Cadence;
import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.tenant.Tenant;

/**
 * A configured pull, checked against the schema that its connection sees.
 *
 * @param key names of columns, in the order of the primary key
 * @param part which of its rows it is about, beside what the pull's own filter leaves; empty if about all
 */
public record PullPlan(Settings.Pull pull, Cadence cadence, Table table, List<String> key, TableMapping mapping,
        Optional<ObjectNode> part) {
    public PullPlan(Settings.Pull pull, Cadence cadence, Table table, List<String> key, TableMapping mapping) {
        this(pull, cadence, table, key, mapping, Optional.empty());
    }

    /** The same about a part of its rows. */
    public PullPlan of(Optional<ObjectNode> filter) {
        return new PullPlan(pull, cadence, table, key, mapping, filter);
    }

    public String name() {
        return pull.name();
    }

    public TargetTable target() {
        return mapping.target();
    }

    /** The company of this number, or the customer if it is a system table. */
    public Tenant tenant(int number) {
        return new Tenant(table.scope(), number);
    }

    /** The same into a database of this encoding. */
    PullPlan in(Encoding encoding) {
        return new PullPlan(pull, cadence, table, key, mapping.in(encoding), part);
    }

    /** Whether its changes can be asked for; else the whole table is read each time. */
    public boolean tellsChanges() {
        return table.tellsChanges();
    }

    /** The order of increments: it is unique, and nothing that changes later comes before what has been read. */
    public List<String> changeOrder() {
        return Stream.concat(Stream.of(Table.CHANGED), key.stream().filter(column -> !column.equals(Table.CHANGED)))
                .toList();
    }

    /** What the pull's own filter and the given ones leave; empty if there is none. */
    public Optional<ObjectNode> filter(List<ObjectNode> filters) {
        var all = new ArrayList<ObjectNode>();
        pull.filter().ifPresent(text -> all.add((ObjectNode) Filters.parse(text)));
        part.ifPresent(all::add);
        all.addAll(filters);
        return Filters.and(all);
    }

    public PageSize pageSize() {
        return new PageSize(pull.pageSize(), Math.max(pull.pageSize(), pull.pageSizeMax()));
    }
}
