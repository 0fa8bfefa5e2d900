package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.store.OutboxEntries;
import dev.nxtsync.store.OutboxEntries.Taking;

/** Takes rows into the outbox for those who do not write SQL. What can be known to be wrong is refused at once. */
@Singleton
public class Acceptance {
    private final Settings settings;
    private final PushPlans plans;
    private final OutboxEntries entries;

    Acceptance(Settings settings, PushPlans plans, OutboxEntries entries) {
        this.settings = settings;
        this.plans = plans;
        this.entries = entries;
    }

    /** Whether a push of this name is configured. */
    public boolean isKnown(String push) {
        return settings.pushes().containsKey(push);
    }

    /**
     * Takes a row in.
     *
     * @param payload JSON, which is kept as it is written
     * @throws SQLException if the database is away
     */
    public Taking take(String push, String key, String payload, Optional<Integer> company, Optional<String> group)
            throws SQLException {
        var flaw = OutboxEntries.flaw(key, group);
        if (flaw.isPresent()) {
            return flaw.get();
        }
        // what was pushed before is answered as such, also if it would be refused today
        if (!entries.isThere(push, key)) {
            var plan = plans.ready(push);
            Optional<? extends Payload.Reading> reading = plan.isPresent()
                    ? Optional.of(Payload.read(plan.get(), key, payload))
                    : Payload.flaw(payload);
            if (reading.orElse(null) instanceof Payload.Flawed flawed) {
                return new OutboxEntries.Unfit(flawed.why());
            }
        }
        return entries.take(push, key, payload, company, group);
    }
}
