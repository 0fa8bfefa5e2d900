package dev.nxtsync.store;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;

import io.quarkus.arc.Unremovable;
import io.quarkus.flyway.FlywayConfigurationCustomizer;

/** A migration may take as long as it takes; what Flyway asks besides is answered soon, or the database is away. */
@Singleton
@Unremovable
class PatientMigrations implements FlywayConfigurationCustomizer {

    @Override
    public void customize(FluentConfiguration configuration) {
        configuration.callbacks(new BaseCallback() {
            @Override
            public boolean supports(Event event, Context context) {
                return event == Event.BEFORE_EACH_MIGRATE;
            }

            @Override
            public void handle(Event event, Context context) {
                try {
                    context.getConnection().setNetworkTimeout(Runnable::run, 0);
                } catch (SQLException e) {
                    throw new FlywayException("the connection cannot wait for a migration", e);
                }
            }
        });
    }
}
