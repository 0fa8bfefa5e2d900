package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.OutboxApi.Taking;
import dev.nxtsync.push.plan.PushPlans;

/** Takes rows into the outbox for callers that do not write SQL, and refuses at once what is known to be wrong. */
@Singleton
public class OutboxIntake {
    private final Settings settings;
    private final PushPlans plans;
    private final OutboxApi entries;
    private final PayloadMemory memory;

    OutboxIntake(Settings settings, PushPlans plans, OutboxApi entries, PayloadMemory memory) {
        this.settings = settings;
        this.plans = plans;
        this.entries = entries;
        this.memory = memory;
    }

    /** The pushes that are configured. */
    public Set<String> pushes() {
        return settings.pushes().keySet();
    }

    /**
     * Takes a row in.
     *
     * @param payload JSON, which is kept as it is written
     * @return empty if there is no memory for it now, and nothing was done
     * @throws SQLException if the database is away
     */
    public Optional<Taking> take(String push, String key, String payload, Optional<Integer> company,
            Optional<String> group) throws SQLException {
        var flaw = OutboxApi.flaw(key, group);
        if (flaw.isPresent()) {
            return Optional.of(flaw.get());
        }
        // what was pushed before is answered as such, also if it would be refused today
        if (!entries.isThere(push, key)) {
            int structure = PayloadText.structure(payload);
            // the body has the memory for its bytes
            if (structure > memory.most()) {
                return Optional.of(
                        new OutboxApi.PayloadTooLarge(memory.tooLarge(payload.length(), payload.length() + structure)));
            }
            if (!memory.takeStructure(structure)) {
                return Optional.empty();
            }
            try {
                var flawed = flaw(push, key, payload);
                if (flawed.isPresent()) {
                    return Optional.of(new OutboxApi.Unfit(flawed.get().why()));
                }
            } finally {
                memory.giveBackStructure(structure);
            }
        }
        return Optional.of(entries.take(push, key, payload, company, group));
    }

    private Optional<Payload.FlawedPayload> flaw(String push, String key, String payload) {
        var plan = plans.ready(push);
        if (plan.isEmpty()) {
            return Payload.flaw(payload);
        }
        return Payload.read(plan.get(), key, payload) instanceof Payload.FlawedPayload flawed
                ? Optional.of(flawed)
                : Optional.empty();
    }
}
