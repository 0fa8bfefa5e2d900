package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.KeyRange;
import dev.nxtsync.pull.state.KeyRanges;
import dev.nxtsync.pull.state.RangeChange;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.tenant.Tenant;
import dev.nxtsync.trace.TraceSpan;

/**
 * One run of a walk through a whole table, by as many readers as there is room for. Each takes the first range that nobody
 * reads, reads one page of it and gives it back; as long as there are too few ranges for all, the range is split. Nobody waits
 * for the slowest range, since what is left of it is split again.
 */
final class TableWalk {
    private static final ExecutorService READERS = Threads.cachedPool("page-reader");
    /** So that whoever has read one finds another. */
    private static final int RANGES_PER_READER = 2;

    private final PullTurn turn;
    private final PullPlan plan;
    private final Tenant tenant;
    private final PullSource source;
    private final PageReaders readers;
    private final WalkMemory memory;
    private final PageSize size;
    private final ScanReader scanReader;
    private final Instant until;
    private final WalkPurpose purpose;

    // guarded by this
    private TableScan scan;
    private KeyRanges ranges;
    private final RangeSplits splits;
    private final Set<Integer> taken = new HashSet<>();
    private final List<Future<?>> others = new ArrayList<>();
    private final Set<Thread> threads = new HashSet<>();
    private Optional<WalkEnd> end = Optional.empty();
    /** Why nothing more is read, or taken. */
    private @Nullable Throwable fault;

    /** What a walk works with. */
    record WalkTools(PullSource source, PageReaders readers, WalkMemory memory) {}

    /** What a walk is for. */
    interface WalkPurpose {
        /** A name for its documents. */
        String name();

        /**
         * What is asked for with a page.
         *
         * @param scan as it is now; it has not begun before its first page
         * @param page alone
         * @param coming the most rows that the requests under way can bring, this one's with them
         */
        List<DocumentPart> parts(TableScan scan, DocumentPart page, long coming);

        List<String> fields();

        /** Of the keys of a page, those that may stand for several rows. */
        Collection<String> suspects(PageBuffer page);

        /** The scan from its beginning. */
        TableScan anew(TableScan scan);

        /** What a page adds to what is known of the scan, its place apart. */
        TableScan after(TableScan scan, Pages.Page page, Instant readAt) throws SQLException;

        /** Takes a page. Pages come one after the other, and are to be kept in this order. */
        void take(WalkPage page) throws SQLException;
    }

    /**
     * A page that was read.
     *
     * @param before what was known of the scan before
     * @param scan how it is with this page, with all rows so far
     * @param kept the same as it is kept
     * @param ended whether this is the last page
     */
    record WalkPage(PageReader reader, Instant readAt, TableScan before, TableScan scan, TableScan kept,
            RangeChange ranges, boolean ended) {}

    /** How a run ended. */
    sealed interface WalkEnd {}

    /** Everything has been read. */
    record Walked(TableScan scan) implements WalkEnd {}

    /** Others have a turn before it goes on. */
    record TimeOver() implements WalkEnd {}

    record WalkRefused(Failure failure) implements WalkEnd {}

    record WalkKeyNotUnique(Uniqueness.KeyVerdict verdict) implements WalkEnd {}

    /** @param ranges of the scan, as they are kept */
    TableWalk(PullTurn turn, WalkTools tools, Instant until, WalkPurpose purpose, TableScan scan, KeyRanges ranges) {
        this.turn = turn;
        this.plan = turn.plan();
        this.tenant = turn.claim().tenant();
        this.source = tools.source();
        this.readers = tools.readers();
        this.memory = tools.memory();
        this.size = memory.size(plan, tenant);
        this.scanReader = ScanReader.of(tools.source(), turn);
        this.until = until;
        this.purpose = purpose;
        this.splits = new RangeSplits(plan, size);
        this.ranges = ranges;
        this.scan = scan.at(scan.cursor(), ranges.rows());
    }

    WalkEnd walk() throws SQLException {
        source.places().first(tenant);
        invite();
        read(() -> true);
        interruptIfFailed();
        try {
            for (Future<?> each : invited()) {
                each.get();
            }
        } catch (ExecutionException e) {
            fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(new IllegalStateException("interrupted while others read", e));
        }
        return end();
    }

    private synchronized WalkEnd end() throws SQLException {
        if (fault instanceof SQLException failed) {
            throw failed;
        }
        if (fault instanceof RuntimeException failed) {
            throw failed;
        }
        if (fault != null) {
            throw new IllegalStateException(fault);
        }
        return end.orElseGet(() -> ranges.isDone() ? new Walked(scan) : new TimeOver());
    }

    /** @param stays asked before each page */
    private void read(BooleanSupplier stays) {
        try {
            boolean more = true;
            while (more) {
                more = readPage(stays);
            }
        } catch (SQLException | RuntimeException | Error e) {
            fail(e);
        } finally {
            source.places().left(tenant);
        }
    }

    /** Says whether there was one to read. */
    private boolean readPage(BooleanSupplier stays) throws SQLException {
        PageReader reader = readers.take();
        boolean handedOn = false;
        try {
            var wanted = take(stays, reader);
            if (wanted.isPresent()) {
                Instant readAt = turn.clock().now();
                handedOn = give(wanted.get(), scanReader.page(wanted.get().wish()), readAt);
            }
            return wanted.isPresent();
        } finally {
            if (!handedOn) {
                readers.giveBack(reader);
            }
        }
    }

    /** A page to read. */
    private record WantedPage(KeyRange range, ScanReader.Wish wish, boolean divides) {}

    private synchronized Optional<WantedPage> take(BooleanSupplier stays, PageReader reader) {
        while (goesOn() && stays.getAsBoolean()) {
            var free = free().stream().findFirst();
            if (free.isPresent()) {
                taken.add(free.get().number());
                return Optional.of(wanted(free.get(), reader));
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while others read", e);
            }
        }
        return Optional.empty();
    }

    private boolean goesOn() {
        return fault == null && end.isEmpty() && !ranges.isDone() && turn.clock().now().isBefore(until);
    }

    private List<KeyRange> free() {
        return ranges.left().stream().filter(each -> !taken.contains(each.number())).toList();
    }

    /** Into how many ranges one is split, so that there are enough. */
    private int wantedRanges() {
        int most = source.places().most();
        return most == 1 || !memory.isDivisible(plan, tenant) ? 1 : most * RANGES_PER_READER - ranges.left().size() + 1;
    }

    private WantedPage wanted(KeyRange range, PageReader reader) {
        var filters = new ArrayList<ObjectNode>();
        scan.since().ifPresent(since -> filters.add(Filters.compare(Table.CHANGED, "_gte", since)));
        filters.addAll(filters(plan.key(), range));
        DocumentPart page = DocumentPart.page("t0", plan, purpose.fields(), filters, plan.key(), size.rows());
        long coming = (long) taken.size() * size.rows();
        var parts = new ArrayList<DocumentPart>(purpose.parts(scan, page, coming));
        int asked = parts.size();
        if (wantedRanges() > 1 && scan.expected().filter(all -> all - scan.rows() <= 2L * size.rows()).isEmpty()) {
            parts.addAll(splits.beside(page, range, wantedRanges()));
        }
        return new WantedPage(range,
                new ScanReader.Wish(purpose.name(), parts, reader, size, range.cursor(), purpose::suspects),
                parts.size() > asked);
    }

    /** The rows that are left of a range. */
    static List<ObjectNode> filters(List<String> key, KeyRange range) {
        return Stream.of(
                range.cursor().map(last -> Filters.after(key, Filters.parse(last)))
                        .or(() -> range.from().map(first -> Filters.from(key, Filters.parse(first)))),
                range.before().map(end -> Filters.before(key, Filters.parse(end)))).flatMap(Optional::stream).toList();
    }

    /** Says whether the page was handed on. */
    private synchronized boolean give(WantedPage wanted, ScanReader.Reading reading, Instant readAt)
            throws SQLException {
        KeyRange range = wanted.range();
        taken.remove(range.number());
        notifyAll();
        if (fault != null || !ranges.all().contains(range)) {
            // the walk has begun anew meanwhile
            return false;
        }
        if (reading instanceof ScanReader.PageRefused refused) {
            refused(wanted, refused.failure());
            return false;
        }
        memory.cursors().accepted(turn.claim(), name(range), place(range));
        if (reading instanceof ScanReader.KeyNotUnique wrong) {
            end = end.or(() -> Optional.of(new WalkKeyNotUnique(wrong.verdict())));
        } else if (reading instanceof ScanReader.PageRead read) {
            page(range, read, readAt);
            invite();
            return true;
        }
        return false;
    }

    private void page(KeyRange range, ScanReader.PageRead read, Instant readAt) throws SQLException {
        Pages.Page page = read.page();
        KeyRanges before = ranges;
        TableScan scanBefore = scan;
        KeyRange after = range.after(page.cursor(), page.reader().buffer().rows(), !page.more());
        ranges = ranges.with(after);
        if (!after.done() && wantedRanges() > 1) {
            ranges = ranges.split(after, splits.bounds(after, page, read.answer(), wantedRanges()));
        }
        scan = purpose.after(scan, page, readAt).at(ranges.cursor(), ranges.rows());
        try {
            purpose.take(new WalkPage(page.reader(), readAt, scanBefore, scan,
                    scan.at(ranges.cursor(), ranges.rowsToCursor()), RangeChange.between(before, ranges),
                    ranges.isDone()));
        } catch (SQLException | RuntimeException | Error e) {
            // before anybody hands on what would follow it
            fail(e);
            throw e;
        }
    }

    private void refused(WantedPage wanted, Failure failure) {
        boolean isOfRequest = failure instanceof Failure.InvalidRequest || failure instanceof Failure.Rejected;
        if (wanted.divides() && (isOfRequest || failure.mayBeTooLarge())) {
            memory.indivisible(plan, tenant);
            if (isOfRequest) {
                return;
            }
        }
        if (!memory.cursors().startsOver(turn.claim(), name(wanted.range()), place(wanted.range()), failure)) {
            end = end.or(() -> Optional.of(new WalkRefused(failure)));
        } else if (ranges.isSplit()) {
            // perhaps the range is refused, and not the walk
            memory.indivisible(plan, tenant);
            ranges = KeyRanges.whole(ranges.cursor(), ranges.rowsToCursor());
            scan = scan.at(ranges.cursor(), ranges.rows());
        } else {
            ranges = KeyRanges.whole(Optional.empty(), 0);
            scan = purpose.anew(scan);
        }
    }

    private String name(KeyRange range) {
        return range.number() == 0 ? purpose.name() : purpose.name() + " of range " + range.number();
    }

    private static Optional<String> place(KeyRange range) {
        return range.cursor().or(range::from);
    }

    /** Has others read too, as far as there is something for them to read. */
    private synchronized void invite() {
        for (int free = free().size(); free > 1 && goesOn() && source.places().another(tenant); free--) {
            others.add(READERS.submit(TraceSpan.carried(() -> {
                enter(Thread.currentThread());
                read(() -> !source.places().isCrowded(tenant));
                leave(Thread.currentThread());
                return true;
            })));
        }
    }

    private synchronized List<Future<?>> invited() {
        return List.copyOf(others);
    }

    private synchronized void enter(Thread reader) {
        threads.add(reader);
    }

    private synchronized void leave(Thread reader) {
        threads.remove(reader);
    }

    private synchronized void interruptIfFailed() {
        if (fault != null) {
            threads.forEach(Thread::interrupt);
        }
    }

    private synchronized void fail(Throwable first) {
        OutOfMemory.endIfCauseOf(first);
        if (fault == null) {
            fault = first;
        }
        notifyAll();
    }
}
