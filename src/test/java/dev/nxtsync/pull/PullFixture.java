package dev.nxtsync.pull;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.nxtsync.config.Cadence;
import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.tenant.Scope;

/** Pulls as they are when nothing but their table is configured. */
public final class PullFixture {
    private PullFixture() {}

    public static Settings.Pull pull(String name, String table, List<String> key, Optional<String> filter) {
        return new Settings.Pull(name, table, List.of(), key, "main", List.of(), List.of(), List.of(), filter,
                Optional.empty(), Optional.empty(), Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofHours(6),
                Settings.Deletes.MARK, 0.2, 1000, 5000, Optional.empty());
    }

    public static PullPlan plan(String table, List<String> key, Optional<String> filter, Column... columns) {
        var byName = new LinkedHashMap<String, Column>();
        for (Column column : columns) {
            byName.put(column.name(), column);
        }
        String type = Character.toUpperCase(table.charAt(0)) + table.substring(1);
        var schema = new Table(table, type, Scope.COMPANY, byName, List.of(), Map.of(), true);
        var pull = pull("x", table, key, filter);
        try {
            return new PullPlan(pull, new Cadence.Every(Duration.ofMinutes(5)), schema, key,
                    TableMapping.of(pull, schema, key, "nxt"));
        } catch (TableMapping.Unmappable e) {
            throw new IllegalArgumentException(e);
        }
    }
}
