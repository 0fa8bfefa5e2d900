package dev.nxtsync.pull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.ToIntFunction;

import dev.nxtsync.inbox.Inbox;

/**
 * Which woken keys go into one request. Those of which nothing bad is known go together, as many as there is room for. Those
 * of a request that failed, or in which the process ended, are looked at again a few at a time, and then each by itself: so
 * whichever is at fault is found, and keeps no other from its row.
 */
final class WokenKeys {
    /** Of a request that failed; with a few requests each a hundred keys are divided, and with a few more one is found. */
    private static final int A_FEW = 10;

    private WokenKeys() {}

    /**
     * A key, with all events that named it.
     *
     * @param text as the events have it
     */
    record WokenKey(String pull, String text, List<Inbox.Woken> events) {
        /** How often it was looked at in vain, or was to be. */
        int attempts() {
            return events.stream().mapToInt(Inbox.Woken::attempts).max().orElse(0);
        }

        boolean isFresh() { return attempts() == 0; }
    }

    private record PullAndKey(String pull, String key) {}

    /** @param woken in the order in which they are looked at */
    static List<WokenKey> of(List<Inbox.Woken> woken) {
        var keys = new LinkedHashMap<PullAndKey, WokenKey>();
        for (Inbox.Woken each : woken) {
            keys.computeIfAbsent(new PullAndKey(each.pull(), each.key()),
                    name -> new WokenKey(each.pull(), each.key(), new ArrayList<>())).events().add(each);
        }
        return List.copyOf(keys.values());
    }

    /** The numbers of their events. */
    static List<Long> ids(List<WokenKey> keys) {
        return keys.stream().flatMap(key -> key.events().stream()).map(Inbox.Woken::id).toList();
    }

    /**
     * The keys of the next request.
     *
     * @param suspects whether those of requests that failed have their turn; the others have it if there are none
     * @param size how many keys of a pull may go together
     * @param most keys of all pulls
     */
    static List<WokenKey> next(List<WokenKey> keys, boolean suspects, ToIntFunction<String> size, int most) {
        var suspected = keys.stream().filter(key -> !key.isFresh()).toList();
        if (!suspected.isEmpty() && (suspects || suspected.size() == keys.size())) {
            WokenKey first = suspected.get(0);
            return first.attempts() > 1
                    ? List.of(first)
                    : suspected.stream().filter(key -> key.attempts() == 1 && key.pull().equals(first.pull()))
                            .limit(Math.min(A_FEW, size.applyAsInt(first.pull()))).toList();
        }
        var next = new ArrayList<WokenKey>();
        var counts = new HashMap<String, Integer>();
        for (WokenKey key : keys) {
            if (key.isFresh() && next.size() < most
                    && counts.merge(key.pull(), 1, Integer::sum) <= size.applyAsInt(key.pull())) {
                next.add(key);
            }
        }
        return next;
    }
}
