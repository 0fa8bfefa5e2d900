package dev.nxtsync.pull.proof;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
     * @param asked groups that were asked for, though there may be no row of them any more
     * @param before those that were unequal already
     */
    public static List<ControlTotal> answered(Collection<RowGroup> asked, Map<RowGroup, Totals> there,
            Map<RowGroup, Totals> here, Instant at, Map<String, ControlTotal> before) {
        var groups = new LinkedHashSet<>(asked);
        groups.addAll(there.keySet());
        groups.addAll(here.keySet());
        var totals = new ArrayList<ControlTotal>();
        for (RowGroup group : groups) {
            Totals answer = there.getOrDefault(group, Totals.NONE);
            Totals stored = here.getOrDefault(group, Totals.NONE);
            boolean open = !answer.equals(stored);
            String grp = group.json();
            // what is different is so until that is found to be over
            var known = Optional.ofNullable(before.get(grp)).filter(each -> open);
            totals.add(new ControlTotal(grp, answer.json(), stored.json(), at, open,
                    known.filter(ControlTotal::different).isPresent(), known.flatMap(ControlTotal::gap)));
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

    /** A group that is equal now. */
    public static ControlTotal equal(ControlTotal open, Totals now) {
        return new ControlTotal(open.grp(), open.there(), now.json(), open.at(), false, false, Optional.empty());
    }

    /** A group that is not, with what it adds up to here now. */
    public static ControlTotal unequal(ControlTotal open, Totals now) {
        return new ControlTotal(open.grp(), open.there(), now.json(), open.at(), true, open.different(), open.gap());
    }

    /** A group whose rows are going to be listed. */
    public static ControlTotal toList(ControlTotal open) {
        return new ControlTotal(open.grp(), open.there(), open.here(), open.at(), true, open.different(),
                Optional.of(gap(open)));
    }

    /** A group of which it is certain that it differs. */
    public static ControlTotal different(ControlTotal open) {
        return new ControlTotal(open.grp(), open.there(), open.here(), open.at(), true, true, open.gap());
    }

    /** Whether a group differs by as much as when its rows were last listed. */
    public static boolean isAsBefore(ControlTotal open) {
        return open.gap().filter(gap(open)::equals).isPresent();
    }

    private static String gap(ControlTotal open) {
        return Totals.of(open.there()).gapTo(Totals.of(open.here()));
    }
}
