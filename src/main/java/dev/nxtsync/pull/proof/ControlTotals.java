package dev.nxtsync.pull.proof;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.nxtsync.pull.state.ControlTotal;

/** What follows from totals of the same groups, there and here. */
public final class ControlTotals {
    private ControlTotals() {}

    /** What is known of a group whose totals differed. */
    public enum Verdict {
        /** They are equal now. */
        EQUAL,
        /** They differ, and nothing of the group has changed here. */
        DIFFERENT,
        /** The group has changed here meanwhile, and says nothing of the time of the answer. */
        MOVED
    }

    /**
     * Totals as they have been answered, with what they are here.
     *
     * @param before those that were unequal already
     */
    public static List<ControlTotal> answered(Map<RowGroup, Totals> there, Map<RowGroup, Totals> here, Instant at,
            Map<String, ControlTotal> before) {
        var groups = new LinkedHashSet<>(there.keySet());
        groups.addAll(here.keySet());
        var totals = new ArrayList<ControlTotal>();
        for (RowGroup group : groups) {
            Totals answer = there.getOrDefault(group, Totals.NONE);
            Totals stored = here.getOrDefault(group, Totals.NONE);
            boolean open = !answer.equals(stored);
            String grp = group.json();
            // what is different is so until that is found to be over
            boolean different = open
                    && Optional.ofNullable(before.get(grp)).filter(ControlTotal::different).isPresent();
            totals.add(new ControlTotal(grp, answer.json(), stored.json(), at, open, different));
        }
        return totals;
    }

    /**
     * What is known of an open group, once whatever the answer told has been read.
     *
     * @param now what it adds up to here, since then
     */
    public static Verdict verdict(ControlTotal open, Totals now) {
        if (Totals.of(open.there()).equals(now)) {
            return Verdict.EQUAL;
        }
        return Totals.of(open.here()).equals(now) ? Verdict.DIFFERENT : Verdict.MOVED;
    }

    /** The same group, of which this is known. */
    public static ControlTotal with(ControlTotal open, Totals now, boolean isOpen, boolean isDifferent) {
        return new ControlTotal(open.grp(), open.there(), now.json(), open.at(), isOpen, isDifferent);
    }
}
