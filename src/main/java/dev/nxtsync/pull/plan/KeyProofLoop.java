package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Migrations;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.key.KeyProver;

/** Has keys proven that pulls wait for, in a thread of its own: Business NXT may take long to answer. */
@Singleton
class KeyProofLoop {
    private static final Duration SOON = Duration.ofMillis(500);

    private final Settings settings;
    private final Migrations migrations;
    private final KeyProver prover;
    private final PullPlans plans;

    KeyProofLoop(Settings settings, Migrations migrations, KeyProver prover, PullPlans plans) {
        this.settings = settings;
        this.migrations = migrations;
        this.prover = prover;
        this.plans = plans;
    }

    void begin(@Observes Threads begun) {
        begun.repeat("key-prover", SOON, this::prove);
    }

    private void prove() throws SQLException {
        boolean more = migrations.done();
        while (more) {
            more = prover.step();
            settings.connections().keySet().stream().filter(prover::takeNews).forEach(plans::planAgain);
        }
    }
}
