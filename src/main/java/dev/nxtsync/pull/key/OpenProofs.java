package dev.nxtsync.pull.key;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.tenant.Tenant;

/** What is to be found out about the keys of one connection, and in which companies. Safe for any number of threads. */
final class OpenProofs {
    /** After so many failures others do not wait for a company. */
    private static final int FEW = 3;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final int LONGEST_WAIT = 12;

    /** One that can be asked now. */
    record OpenQuestion(KeySchema schema, Tenant tenant, List<ProposedKey> keys) {}

    /** A company that did not answer. */
    private record NotAnswered(int failures, long again) {}

    private KeySchema schema = KeySchema.NONE;
    private final Map<Tenant, List<ProposedKey>> toAsk = new LinkedHashMap<>();
    private final Map<Tenant, NotAnswered> notAnswered = new HashMap<>();
    /** That are not asked for together with others, since one of them was not answered. */
    private final Set<ProposedKey> alone = new HashSet<>();
    private boolean isNews;

    synchronized void replace(KeySchema newSchema, Map<Tenant, List<ProposedKey>> all) {
        schema = newSchema;
        toAsk.clear();
        all.forEach((tenant, keys) -> toAsk.put(tenant, new ArrayList<>(keys)));
        notAnswered.keySet().retainAll(toAsk.keySet());
    }

    /** All that is to be asked of a company. */
    synchronized List<ProposedKey> of(Tenant tenant) {
        return List.copyOf(toAsk.getOrDefault(tenant, List.of()));
    }

    synchronized Set<Tenant> failing() {
        var failing = new HashSet<Tenant>();
        notAnswered.forEach((tenant, each) -> {
            if (each.failures() >= FEW) {
                failing.add(tenant);
            }
        });
        return failing;
    }

    synchronized boolean takeNews() {
        boolean was = isNews;
        isNews = false;
        return was;
    }

    synchronized Optional<OpenQuestion> next(long now) {
        for (var each : toAsk.entrySet()) {
            var waits = notAnswered.get(each.getKey());
            if (waits == null || now - waits.again() >= 0) {
                var keys = each.getValue();
                int together = alone.contains(keys.get(0)) ? 1 : Math.min(KeyQuestion.TOGETHER, keys.size());
                return Optional.of(new OpenQuestion(schema, each.getKey(), List.copyOf(keys.subList(0, together))));
            }
        }
        return Optional.empty();
    }

    /** What was not found out is asked for alone. */
    synchronized void asked(OpenQuestion question, Set<ProposedKey> found) {
        question.keys().stream().filter(key -> !found.contains(key)).forEach(alone::add);
        alone.removeAll(found);
        var open = toAsk.get(question.tenant());
        if (open != null) {
            open.removeAll(found);
            if (open.isEmpty()) {
                toAsk.remove(question.tenant());
            }
        }
        notAnswered.remove(question.tenant());
        isNews |= notAnswered.keySet().containsAll(toAsk.keySet());
    }

    /** @param failure of Business NXT, which may want that nobody asks for longer; empty if it is none of its */
    synchronized void failed(Tenant tenant, Optional<Failure> failure, long now) {
        int failures = Optional.ofNullable(notAnswered.get(tenant)).map(NotAnswered::failures).orElse(0) + 1;
        var own = FIRST_WAIT.multipliedBy(Math.min(LONGEST_WAIT, failures));
        var wait = failure.map(each -> each.pause(own)).orElse(own);
        notAnswered.put(tenant, new NotAnswered(failures, now + wait.toNanos()));
        isNews |= failures == FEW;
    }
}
