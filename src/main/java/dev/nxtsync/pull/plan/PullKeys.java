package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.key.KeyChoices;
import dev.nxtsync.pull.key.KeyProver;
import dev.nxtsync.pull.key.KeySearch;
import dev.nxtsync.pull.plan.PullSchemas.SeenSchema;
import dev.nxtsync.pull.state.PullUnitStore;

/** By which keys pulls are planned. */
@Singleton
record PullKeys(KeySearch search, KeyProver prover, PullPlans plans, PullUnitStore units) {

    /** By what is known; what is not is asked meanwhile. */
    KeyChoices known(String connection, List<Settings.Pull> pulls, SeenSchema seen) throws SQLException {
        // of keys that are documented there is nothing to know
        var loaded = seen.keys().tables().isEmpty() ? Map.<String, List<String>>of() : units.loadedKeys();
        return prover.choose(connection, pulls, seen.keys(), seen.tenancy().owners(seen.tables()),
                pull -> plans.runningKey(pull.name()).or(() -> Optional.ofNullable(loaded.get(pull.name()))
                        .flatMap(columns -> named(columns, seen.tables().known().get(pull.table())))));
    }

    /** Nothing is asked until the connection is planned again. */
    void forget(String connection) {
        prover.forget(connection);
    }

    /** All is asked at once, for a person who waits. */
    KeyChoices now(String connection, List<Settings.Pull> pulls, SeenSchema seen) {
        return search.now(connection, pulls, seen.tables(), seen.tenancy().owners(seen.tables()));
    }

    /** The API's names of columns of a target; empty if the table has not all of them. */
    private static Optional<List<String>> named(List<String> columns, @Nullable Table table) {
        var names = table == null
                ? List.<String>of()
                : columns.stream().flatMap(
                        column -> table.columns().keySet().stream().filter(name -> SnakeCase.of(name).equals(column)))
                        .toList();
        return Optional.of(names).filter(all -> all.size() == columns.size());
    }
}
