package dev.nxtsync.pull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullState;

/**
 * The keys of one pull that go into one request.
 *
 * @param keys as PostgreSQL writes them, with the arrival of the oldest event of each
 * @param woken the same, as the events named them
 */
record KeyRequest(PullPlan plan, PullState state, PullReport report, Map<List<String>, Instant> keys,
        List<WokenKeys.WokenKey> woken) {

    /**
     * By pull.
     *
     * @param useless is told those that are no keys of their pull's table, by pull
     */
    static List<KeyRequest> of(List<WokenKeys.WokenKey> woken, Map<String, PullPlan> plans,
            Map<String, PullState> states, Function<PullPlan, PullReport> tally,
            Map<String, List<WokenKeys.WokenKey>> useless) {
        var wanted = new TreeMap<String, KeyRequest>();
        for (WokenKeys.WokenKey each : woken) {
            PullPlan plan = Objects.requireNonNull(plans.get(each.pull()));
            var key = RowKeys.of(plan, each.text());
            if (key.isEmpty()) {
                useless.computeIfAbsent(each.pull(), pull -> new ArrayList<>()).add(each);
            } else {
                var own = wanted.computeIfAbsent(each.pull(),
                        pull -> new KeyRequest(plan, Objects.requireNonNull(states.get(pull)), tally.apply(plan),
                                new LinkedHashMap<>(), new ArrayList<>()));
                own.keys.putIfAbsent(key.get(), each.events().get(0).receivedAt());
                own.woken.add(each);
            }
        }
        return List.copyOf(wanted.values());
    }

    /** What reads their rows. */
    PageReader reader(Set<String> knownFaults) {
        return new PageReader(plan.mapping(), plan.key(), plan.key(), knownFaults);
    }

    /** What asks for their rows; more rows than keys would mean that the key is not unique. */
    DocumentPart part(String alias) {
        var some = keys.keySet().stream().map(key -> RowKeys.of(plan.key(), plan.target().keyColumns(), key)).toList();
        return DocumentPart.page(alias, plan, plan.mapping().fields(), List.of(Filters.anyOf(plan.key(), some)),
                plan.key(), some.size() + 1);
    }

    /** The numbers of the events. */
    List<Long> ids() {
        return WokenKeys.ids(woken);
    }

    /** Whether it is one key that has failed often by itself: that it fails again says nothing of its pull. */
    boolean isSetAside() {
        return woken.get(0).attempts() >= Inbox.MOST_ATTEMPTS;
    }
}
