package dev.nxtsync.pull;

import java.util.List;

import dev.nxtsync.config.Cadence;
import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.store.TargetTable;

/**
 * A configured pull, checked against the schema that its connection sees.
 *
 * @param key names of columns, in the order of the primary key
 */
record PullPlan(Settings.Pull pull, Cadence cadence, Table table, List<String> key, TableMapping mapping) {

    String name() {
        return pull.name();
    }

    TargetTable target() {
        return mapping.target();
    }
}
