package dev.nxtsync.push;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Keeps the order of groups: a row that is not sent, for whatever reason, closes its group for the rows behind it. */
final class GroupOrder {
    private GroupOrder() {}

    /**
     * The rows that go, without those that have one before them in their group which does not.
     *
     * @param rows in the order of their ids
     */
    static <R> List<R> beginnings(List<R> rows, Function<R, Optional<String>> group, Predicate<R> goes) {
        Set<String> closed = new HashSet<>();
        return rows.stream().filter(row -> {
            boolean isFirst = group.apply(row).filter(closed::contains).isEmpty();
            if (isFirst && goes.test(row)) {
                return true;
            }
            group.apply(row).ifPresent(closed::add);
            return false;
        }).toList();
    }
}
