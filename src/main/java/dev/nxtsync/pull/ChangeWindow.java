package dev.nxtsync.pull;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullState.Mark;
import dev.nxtsync.pull.state.PullState.Walk;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.PageBuffer;

/**
 * One walk through the changes of a table, in the order of change stamp and key: from an overlap before the highest stamp
 * known, to the end of the server's rows. The first page is asked for together with those of other tables. If there are more,
 * the highest stamp is asked for beside the second, from which the next walk steps back, and what changes beyond it is left to
 * one page at the end, so that rows which change all the time cannot hold the walk up. Not thread-safe.
 */
final class ChangeWindow {
    /** So many are remembered; a page more at most. */
    private static final int KEYS = 20_000;
    /** Of more rows than these their keys and stamps are not asked for to tell whether something is new. */
    private static final int FEW = 100;

    private enum Stage {
        /** From the mark, without an end. */
        FIRST,
        /** After the first page, with the question where to end. */
        SECOND,
        /** Up to that end. */
        BOUNDED,
        /** One page beyond it. */
        TAIL, ENDED
    }

    private final PullPlan plan;
    private final PullState state;
    private final Duration overlap;
    private final ZoneId zone;
    private Stage stage = Stage.FIRST;
    private @Nullable Instant startedAt;
    private @Nullable String cursor;
    private @Nullable String upper;
    private @Nullable String highest;
    private boolean endReached;
    private boolean onePage = true;
    /** Of the rows of the pages so far. */
    private final Set<List<String>> keys = new HashSet<>();

    /** @param zone the server's, whose clock repeats an hour in autumn */
    ChangeWindow(PullPlan plan, PullState state, ZoneId zone) {
        this.plan = plan;
        this.state = state;
        this.overlap = plan.pull().overlap();
        this.zone = zone;
        state.walk().ifPresent(walk -> {
            stage = Stage.BOUNDED;
            startedAt = walk.startedAt();
            cursor = walk.cursor();
            upper = walk.upper();
            onePage = false;
        });
    }

    PullPlan plan() {
        return plan;
    }

    PullState state() {
        return state;
    }

    /** After which its next page is; empty at the beginning. */
    Optional<String> cursor() {
        return Optional.ofNullable(cursor);
    }

    /** Whether its next page may be asked for together with those of other tables. */
    boolean isFirst() {
        return stage == Stage.FIRST;
    }

    boolean hasEnded() {
        return stage == Stage.ENDED;
    }

    /** Whether another turn can go on from what the last page's checkpoint keeps. */
    boolean isKept() {
        return stage == Stage.BOUNDED;
    }

    /** Whether the highest stamp is asked for beside the page. */
    boolean asksTop() {
        return stage == Stage.SECOND;
    }

    /** Whether its first page was read so long ago that what was committed late since then could be missed. */
    boolean isStale(Instant now) {
        return stage == Stage.SECOND && startedAt != null
                && Duration.between(startedAt, now).compareTo(overlap.dividedBy(2)) > 0;
    }

    void begin() {
        stage = Stage.FIRST;
        cursor = null;
        upper = null;
        highest = null;
        startedAt = null;
        onePage = true;
        keys.clear();
    }

    /** Whether the mark can be stepped back from. */
    boolean isReadable() {
        return state.mark().isEmpty() || from().isPresent();
    }

    /**
     * Whether keys and stamps can tell that nothing is new: the rows of before have come twice as they are, and nothing is in
     * the way that only a whole page shows to be over.
     */
    boolean mayBeQuiet() {
        return isFirst() && state.state() == PullState.PullHealth.OK
                && state.digest().filter(known -> known.contains(" ")).isPresent();
    }

    /** The same rows as of a first page, with their keys and stamps only. */
    DocumentPart stamps(String alias) {
        return DocumentPart.page(alias, plan, plan.changeOrder(), filters(), List.of(Table.CHANGED), FEW);
    }

    /** @param tables how many share the memory of a page */
    PageReader stampsReader(int tables) {
        return new PageReader(plan.mapping().only(plan.target()::isKeyOrStamp), plan.key(), plan.changeOrder(),
                Set.of(), tables);
    }

    /**
     * Ends the walk if these are the keys and stamps of the walk before. If not, the rows are still to be read.
     *
     * @param readAt when they were asked for
     * @param more whether the server has more; empty if the answer does not say
     * @return its checkpoint, if it has ended
     */
    Optional<PullStates.IncrementPage> quiet(PageReader stamps, Instant readAt, Optional<Boolean> more) {
        if (more.orElse(true) || !isToldByStamps(stamps.buffer())
                || state.digest().filter(known -> known.endsWith(" " + stamps.buffer().stamps())).isEmpty()) {
            return Optional.empty();
        }
        stage = Stage.ENDED;
        return Optional
                .of(new PullStates.IncrementPage(plan.name(), state.company(), readAt, Optional.empty(), state.mark(),
                        state.floor(), state.digest(), Optional.of(readAt), Optional.of(plan.cadence().next(readAt))));
    }

    /** Whether each row has a key of its own, with which it can be told again. */
    private static boolean isToldByStamps(PageBuffer page) {
        return !page.overflowed() && page.rows() <= FEW && page.faults().isEmpty() && page.repeated().isEmpty();
    }

    /** The selection of the next page. */
    DocumentPart page(String alias, int rows) {
        return DocumentPart.page(alias, plan, plan.mapping().fields(), filters(), plan.changeOrder(), rows);
    }

    private List<ObjectNode> filters() {
        var filters = new ArrayList<ObjectNode>();
        if (cursor == null) {
            filters.add(from().map(from -> Filters.compare(Table.CHANGED, "_gte", from))
                    .orElseGet(() -> Filters.compare(Table.CHANGED, "_gt", ChangeStamp.EARLIEST)));
            state.floor().ifPresent(floor -> filters.add(Filters.compare(Table.CHANGED, "_gt", floor)));
        } else {
            filters.add(Filters.after(plan.changeOrder(), Filters.parse(cursor)));
        }
        if (stage == Stage.BOUNDED && upper != null) {
            filters.add(Filters.compare(Table.CHANGED, "_lte", upper));
        }
        return filters;
    }

    /**
     * The keys of a page that have come in the walk before: rows that changed meanwhile, or several rows with one key. Of a long
     * walk the first pages are remembered.
     */
    List<List<String>> again(PageBuffer page) {
        return keys.isEmpty() ? List.of() : page.keys().stream().filter(keys::contains).toList();
    }

    /**
     * Takes a page.
     *
     * @param readAt when it was asked for
     * @param more whether the server has more rows for the same question
     * @param top the highest stamp, if it was asked for
     * @return whether the page makes sense: one that has more has rows, and goes on after the last one
     */
    boolean take(PageReader page, Instant readAt, boolean more, Optional<String> top) {
        Optional<String> next = page.cursor();
        if (more && (next.isEmpty() || next.get().equals(cursor))) {
            return false;
        }
        if (startedAt == null) {
            startedAt = readAt;
        }
        next.ifPresent(position -> cursor = position);
        if (more && keys.size() < KEYS) {
            keys.addAll(page.buffer().keys());
        }
        if (stage == Stage.TAIL) {
            // what the page beyond it shows may be much later than the pages before, into which commits came late meanwhile
            highest = upper;
        } else {
            page.last(Table.CHANGED).ifPresent(stamp -> highest = stamp);
        }
        if (stage == Stage.SECOND && more) {
            upper = top.or(() -> page.last(Table.CHANGED)).orElse(null);
        }
        onePage = stage == Stage.FIRST && !more;
        endReached = !more && stage != Stage.BOUNDED;
        stage = next(more);
        return true;
    }

    private Stage next(boolean more) {
        return switch (stage) {
            case FIRST -> more ? Stage.SECOND : Stage.ENDED;
            case SECOND -> more ? Stage.BOUNDED : Stage.ENDED;
            case BOUNDED -> more ? Stage.BOUNDED : Stage.TAIL;
            case TAIL, ENDED -> Stage.ENDED;
        };
    }

    /** How far it has come, for the transaction of the last page. */
    PullStates.IncrementPage checkpoint(PageReader page, Instant readAt) {
        Instant begun = startedAt == null ? readAt : startedAt;
        if (stage != Stage.ENDED) {
            Optional<Walk> walk = upper == null || cursor == null
                    ? Optional.empty()
                    : Optional.of(new Walk(cursor, upper, begun));
            return new PullStates.IncrementPage(plan.name(), state.company(), readAt, walk, state.mark(), state.floor(),
                    Optional.empty(), Optional.empty(), Optional.empty());
        }
        var mark = mark(readAt);
        return new PullStates.IncrementPage(plan.name(), state.company(), readAt, Optional.empty(), mark,
                floor(mark, begun), onePage ? Optional.of(digest(page)) : Optional.empty(),
                endReached ? Optional.of(begun) : Optional.empty(), Optional.of(plan.cadence().next(begun)));
    }

    /** Whether the rows are those of the increment before, which are written. */
    boolean isKnown(PageReader page) {
        return stage == Stage.ENDED && onePage && (page.buffer().rows() == 0
                || state.digest().filter(known -> known.startsWith(page.buffer().digest())).isPresent());
    }

    /**
     * That of the rows, and behind it that of their keys and stamps once the rows have come for the second time: by then what
     * changed a moment after the first, under the same stamp, is in.
     */
    private String digest(PageReader page) {
        var rows = page.buffer();
        return rows.digest() + (isKnown(page) && isToldByStamps(rows) ? " " + rows.stamps() : "");
    }

    private Optional<String> from() {
        return state.mark().flatMap(mark -> ChangeStamp.back(mark.stamp(), overlap, zone));
    }

    private Optional<Mark> mark(Instant readAt) {
        var stamp = highest;
        if (stamp == null || state.mark().filter(mark -> mark.stamp().equals(stamp)).isPresent()) {
            return state.mark();
        }
        return Optional.of(new Mark(stamp, readAt));
    }

    /** Where reading the overlap again costs requests of its own, it is done until nothing can be committed late in it. */
    private Optional<String> floor(Optional<Mark> mark, Instant begun) {
        boolean isFinal = !onePage && endReached && mark.isPresent() && mark.equals(state.mark())
                && !begun.isBefore(ChangeStamp.finalFrom(mark.get().stamp(), mark.get().seenAt(), overlap, zone));
        return isFinal ? mark.map(Mark::stamp) : state.floor();
    }
}
