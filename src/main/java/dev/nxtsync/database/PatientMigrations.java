package dev.nxtsync.database;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;

import io.quarkus.arc.Unremovable;
import io.quarkus.flyway.FlywayConfigurationCustomizer;

/**
 * A migration may take as long as it takes; what Flyway asks besides is answered soon, or the database is away. It waits for a
 * lock only briefly, since whoever wants the same table queues behind it, such as the users who push; it is tried again.
 */
@Singleton
@Unremovable
class PatientMigrations implements FlywayConfigurationCustomizer {

    @Override
    public void customize(FluentConfiguration configuration) {
        configuration.dataSource(RelyingSource.of(configuration.getDataSource()));
        configuration.callbacks(new BaseCallback() {
            @Override
            public boolean supports(Event event, Context context) {
                return event == Event.BEFORE_EACH_MIGRATE;
            }

            @Override
            public void handle(Event event, Context context) {
                try (var settings = context.getConnection().createStatement()) {
                    context.getConnection().setNetworkTimeout(Runnable::run, 0);
                    settings.execute("set local lock_timeout = '" + Session.LOCK_PATIENCE + "'");
                } catch (SQLException e) {
                    throw new FlywayException("the connection cannot be made ready for a migration", e);
                }
            }
        });
    }
}
