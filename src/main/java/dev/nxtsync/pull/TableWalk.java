package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.KeyRange;
import dev.nxtsync.pull.state.KeyRanges;
import dev.nxtsync.pull.state.RangeChange;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.tenant.Tenant;

/**
 * One run of a walk through a whole table, by as many readers as there is room for. Each takes the first range that nobody
 * reads, reads one page of it and gives it back; as long as there are too few ranges for all, the range is split. Nobody waits
 * for the slowest range, since what is left of it is split again.
 */
final class TableWalk {
    private static final Logger LOG = Logger.getLogger(TableWalk.class);

    private final PullTurn turn;
    private final PullPlan plan;
    private final Tenant tenant;
    private final PageReaders readers;
    private final WalkMemory memory;
    private final PageSize size;
    private final ScanReader scanReader;
    private final Instant until;
    private final WalkPurpose purpose;
    private final WalkCrew crew;
    /** Why nothing more is read, or taken. */
    private final FirstFault fault = new FirstFault();

    // guarded by this
    private TableScan scan;
    private KeyRanges ranges;
    private final RangeSplits splits;
    private final Set<Integer> taken = new HashSet<>();
    private Optional<WalkEnd> end = Optional.empty();
    /** Whether the server has had no room for several. */
    private boolean alone;

    /** What a walk works with. */
    record WalkTools(PullSource source, PageReaders readers, WalkMemory memory) {}

    /** @param ranges of the scan, as they are kept */
    TableWalk(PullTurn turn, WalkTools tools, Instant until, WalkPurpose purpose, TableScan scan, KeyRanges ranges) {
        this.turn = turn;
        this.plan = turn.plan();
        this.tenant = turn.claim().tenant();
        this.readers = tools.readers();
        this.memory = tools.memory();
        this.size = memory.size(plan, tenant);
        this.scanReader = ScanReader.of(tools.source(), turn);
        this.until = until;
        this.purpose = purpose;
        this.splits = new RangeSplits(plan, size);
        this.crew = new WalkCrew(tools.source().places(), tenant, this::read);
        this.ranges = memory.isDivisible(plan, tenant)
                ? ranges
                : KeyRanges.whole(ranges.cursor(), ranges.rowsToCursor());
        this.scan = scan.at(scan.cursor(), this.ranges.rows());
    }

    /** Others join once a page has come: until then it may be that none will. */
    WalkEnd walk() throws SQLException {
        crew.read();
        return end();
    }

    private synchronized WalkEnd end() throws SQLException {
        fault.check();
        return end.orElseGet(() -> ranges.isDone() ? new WalkEnd.Walked(scan) : new WalkEnd.TimeOver());
    }

    private boolean read(boolean isInvited) {
        try {
            return readPage(isInvited);
        } catch (ShuttingDown e) {
            // others have asked before, and their answers are kept
            end(new WalkEnd.WalkStopping(e));
        } catch (SQLException | RuntimeException | Error e) {
            fail(e);
        }
        return false;
    }

    /** Says whether there was one to read. */
    private boolean readPage(boolean isInvited) throws SQLException {
        PageReader reader = readers.take();
        boolean handedOn = false;
        try {
            var wanted = take(isInvited, reader);
            if (wanted.isPresent()) {
                Instant readAt = turn.clock().now();
                handedOn = give(wanted.get(), scanReader.page(wanted.get().wish()), readAt, isInvited);
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

    private synchronized Optional<WantedPage> take(boolean isInvited, PageReader reader) {
        while (goesOn() && !(isInvited && (alone || crew.isCrowded()))) {
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
        return !fault.isMet() && end.isEmpty() && !ranges.isDone() && turn.clock().now().isBefore(until);
    }

    private List<KeyRange> free() {
        return ranges.left().stream().filter(each -> !taken.contains(each.number())).toList();
    }

    /** Into how many ranges one is split, so that there is one for each who reads and could read. */
    private int wantedRanges() {
        return alone || !memory.isDivisible(plan, tenant) ? 1 : crew.most() - ranges.left().size() + 1;
    }

    private WantedPage wanted(KeyRange range, PageReader reader) {
        var filters = new ArrayList<ObjectNode>();
        scan.since().ifPresent(since -> filters.add(Filters.compare(Table.CHANGED, "_gte", since)));
        filters.addAll(filters(plan.key(), range));
        DocumentPart page = DocumentPart.page("t0", plan, purpose.fields(), filters, plan.key(), size.rows());
        long coming = (long) taken.size() * size.rows();
        var parts = new ArrayList<DocumentPart>(purpose.parts(scan, page, coming));
        int asked = parts.size();
        int most = wantedRanges();
        if (most > 1 && scan.expected().filter(all -> all - scan.rows() <= 2L * size.rows()).isEmpty()) {
            parts.addAll(splits.beside(page, range, most));
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
    private synchronized boolean give(WantedPage wanted, ScanReader.Reading reading, Instant readAt, boolean isInvited)
            throws SQLException {
        KeyRange range = wanted.range();
        taken.remove(range.number());
        notifyAll();
        if (fault.isMet()) {
            return false;
        }
        if (reading instanceof ScanReader.PageRefused refused) {
            if (isInvited && refused.failure() instanceof Failure.NoRoom) {
                alone = true;
            } else {
                refused(wanted, refused.failure());
            }
            return false;
        }
        memory.cursors().accepted(turn.claim(), name(range), place(range));
        if (reading instanceof ScanReader.KeyNotUnique wrong) {
            end(new WalkEnd.WalkKeyNotUnique(wrong.verdict()));
        } else if (reading instanceof ScanReader.PageRead read) {
            page(wanted, read, readAt);
            inviteOthers();
            return true;
        }
        return false;
    }

    private void page(WantedPage wanted, ScanReader.PageRead read, Instant readAt) throws SQLException {
        Pages.Page page = read.page();
        KeyRange range = wanted.range();
        KeyRanges before = ranges;
        KeyRange after = range.after(page.cursor(), page.reader().buffer().rows(), !page.more());
        ranges = ranges.with(after);
        int most = wantedRanges();
        if (wanted.divides() && !after.done() && most > 1) {
            ranges = ranges.split(after, splits.bounds(after, page, read.answer(), most));
        } else {
            splits.read(after, page);
        }
        scan = purpose.after(scan, page, readAt).at(ranges.cursor(), ranges.rows());
        try {
            purpose.take(new WalkPurpose.WalkPage(page.reader(), readAt, scan,
                    scan.at(ranges.cursor(), ranges.rowsToCursor()), RangeChange.between(before, ranges),
                    ranges.isDone()));
        } catch (SQLException | RuntimeException | Error e) {
            // before anybody hands on what would follow it
            fail(e);
            throw e;
        }
    }

    private void refused(WantedPage wanted, Failure failure) {
        if (wanted.divides() && staysWhole(failure)) {
            return;
        }
        if (!memory.cursors().startsOver(turn.claim(), name(wanted.range()), place(wanted.range()), failure)) {
            end(new WalkEnd.WalkRefused(failure));
        } else if (ranges.isSplit()) {
            // perhaps the range is refused, and not the walk
            memory.cursors().forget(turn.claim());
            indivisible(failure);
            end(new WalkEnd.WalkRefused(failure));
        } else {
            ranges = KeyRanges.whole(Optional.empty(), 0);
            scan = purpose.anew(scan);
        }
    }

    /** Where what splits a range may be what was refused: says whether the page alone is to be asked for. */
    private boolean staysWhole(Failure failure) {
        boolean isOfRequest = failure instanceof Failure.InvalidRequest;
        if (failure instanceof Failure.Rejected) {
            alone = true;
        } else if (isOfRequest || failure.mayBeTooLarge()) {
            indivisible(failure);
        }
        return isOfRequest || alone;
    }

    private void indivisible(Failure failure) {
        if (memory.indivisible(plan, tenant)) {
            LOG.infof(
                    "Pull %s, %s: table %s is read by one request at a time from now on, because Business NXT did not answer "
                            + "the question that splits it (%s). Nothing is lost; it only takes longer. A restart tries it again.",
                    plan.name(), tenant, plan.table().name(), failure.traced(failure.message()));
        }
    }

    private String name(KeyRange range) {
        return range.number() == 0 ? purpose.name() : purpose.name() + " of range " + range.number();
    }

    private static Optional<String> place(KeyRange range) {
        return range.cursor().or(range::from);
    }

    /** As far as there is something for them to read. */
    private synchronized void inviteOthers() {
        if (goesOn() && !alone) {
            crew.invite(free().size() - 1);
        }
    }

    private synchronized void end(WalkEnd first) {
        end = end.or(() -> Optional.of(first));
        notifyAll();
    }

    private synchronized void fail(Throwable first) {
        fault.met(first);
        notifyAll();
    }
}
