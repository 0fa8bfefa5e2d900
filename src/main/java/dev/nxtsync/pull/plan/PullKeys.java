package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.key.KeyChoices;
import dev.nxtsync.pull.key.KeyProver;
import dev.nxtsync.pull.key.KeySearch;
import dev.nxtsync.pull.plan.PullSchemas.SeenSchema;

/** By which keys pulls are planned. */
@Singleton
record PullKeys(KeySearch search, KeyProver prover, PullPlans plans) {

    /** By what is known; what is not is asked meanwhile. */
    KeyChoices known(String connection, List<Settings.Pull> pulls, SeenSchema seen) throws SQLException {
        return prover.choose(connection, pulls, seen.keys(), seen.tenancy().owners(seen.tables()), plans::runs);
    }

    /** Nothing is asked until the connection is planned again. */
    void forget(String connection) {
        prover.forget(connection);
    }

    /** All is asked at once, for a person who waits. */
    KeyChoices now(String connection, List<Settings.Pull> pulls, SeenSchema seen) {
        return search.now(connection, pulls, seen.tables(), seen.tenancy().owners(seen.tables()));
    }
}
