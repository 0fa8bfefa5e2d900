package dev.nxtsync.pull;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.KeyRange;

/**
 * Finds where a range of a walk can be split, by what is asked for beside its pages: its last row, and where numbers lie between
 * that and the page; and where the key is no number, rows in between, by their place in the server's order. Not thread-safe.
 */
final class RangeSplits {
    private final PullPlan plan;
    private final PageSize size;
    /** How many rows are left of ranges whose rows are to be found by their place. */
    private final Map<Integer, Long> placed = new HashMap<>();
    /** Ranges that cannot be split. */
    private final Set<Integer> whole = new HashSet<>();

    RangeSplits(PullPlan plan, PageSize size) {
        this.plan = plan;
        this.size = size;
    }

    /**
     * What is to be asked for beside a page.
     *
     * @param wanted how many ranges it is to be
     */
    List<DocumentPart> beside(DocumentPart page, KeyRange range, int wanted) {
        Long left = placed.get(range.number());
        if (whole.contains(range.number())) {
            return List.of();
        }
        if (left == null) {
            return List.of(page.last());
        }
        // behind the page, so that a row that comes or goes meanwhile does not move a place into it
        long behind = left - page.rows();
        int most = most(behind, wanted);
        return IntStream.range(1, most)
                .mapToObj(i -> page.at("s" + i, (int) Math.min(Integer.MAX_VALUE, page.rows() + behind * i / most)))
                .toList();
    }

    /** A page of a range was read, and nothing beside it. */
    void read(KeyRange range, Pages.Page page) {
        placed.computeIfPresent(range.number(), (number, left) -> left - page.reader().buffer().rows());
    }

    /** The keys at which a range is split, of which a page was just read; empty if it is not. */
    List<String> bounds(KeyRange range, Pages.Page page, Answer.Data answer, int wanted) {
        if (placed.remove(range.number()) != null) {
            var bounds = IntStream.iterate(1, i -> Pages.connection(plan, answer, "s" + i).isObject(), i -> i + 1)
                    .mapToObj(i -> row(answer, "s" + i)).flatMap(Optional::stream).map(Filters::text).distinct()
                    .toList();
            if (bounds.isEmpty()) {
                whole.add(range.number());
            }
            return bounds;
        }
        var last = row(answer, "last");
        var cursor = page.cursor();
        if (last.isEmpty() || cursor.isEmpty()) {
            return List.of();
        }
        Optional<Long> left = Pages.count(Pages.connection(plan, answer, "last"))
                .map(all -> all - page.reader().buffer().rows());
        int most = left.map(rows -> most(rows, wanted)).orElse(wanted);
        if (most < 2) {
            return List.of();
        }
        var bounds = KeySplit.between(plan.key(), Filters.parse(cursor.get()), last.get(), most);
        if (bounds.isEmpty()) {
            left.ifPresentOrElse(rows -> placed.put(range.number(), rows), () -> whole.add(range.number()));
        }
        return bounds;
    }

    /** No range is worth less than a page. */
    private int most(long left, int wanted) {
        return (int) Math.min(wanted, left / size.rows());
    }

    /** The key of a row that was asked for; empty if it was not, or none came. */
    private Optional<ObjectNode> row(Answer.Data answer, String alias) {
        JsonNode row = Pages.connection(plan, answer, alias).path("items").path(0);
        return plan.key().stream().allMatch(row::hasNonNull) ? Optional.of((ObjectNode) row) : Optional.empty();
    }
}
