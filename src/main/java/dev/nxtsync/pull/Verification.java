package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.Pages.Census;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.pull.key.KeySearch;
import dev.nxtsync.pull.plan.CompanyScopes;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullValidator;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.VerifiedKeys;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.WorkEvent;
import dev.nxtsync.schedule.WorkEvent.Course;
import dev.nxtsync.tenant.Tenant;

/**
 * Compares source and target of a pull: reads keys, change stamps and numbers of every row, in pages, and adds the numbers up
 * here. It changes nothing in the target.
 */
@Singleton
public class Verification {
    private final Settings settings;
    private final CompanyScopes scopes;
    private final PullSource source;
    private final KeySearch search;
    private final PullStates states;
    private final VerifiedKeys verified;
    private final TotalsCheck totals;

    Verification(Settings settings, CompanyScopes scopes, KeySearch search, PullStates states, VerifiedKeys verified,
            TotalsCheck totals) {
        this.settings = settings;
        this.scopes = scopes;
        this.source = totals.source();
        this.search = search;
        this.states = states;
        this.verified = verified;
        this.totals = totals;
    }

    /**
     * Says where they differ. That they are equal is said only where as many rows were compared as the server counts, and
     * nothing changed meanwhile.
     *
     * @return whether they are proven to be equal in all companies
     * @throws FailedAnswer if the API gave no whole answer
     */
    public boolean run(Settings.Pull pull, Consumer<WorkEvent> out, Progress progress) throws SQLException {
        var connection = Optional.ofNullable(settings.connections().get(pull.connection())).orElseThrow();
        var tenancy = scopes.of(connection);
        var tables = totals.introspection().tables(pull.connection(), List.of(pull.table()));
        // what somebody has said is compared as it is
        var key = KeyChoice.isSaid(pull)
                ? KeyChoice.known(pull)
                : search.now(pull.connection(), List.of(pull), tables, tenancy.owners(tables)).choice(pull);
        var design = Objects
                .requireNonNull(PullValidator.validate(List.of(pull), tables, any -> key, settings).get(pull.name()));
        if (!(design instanceof PullValidator.Sound sound)) {
            out.accept(new WorkEvent(Course.IN_THE_WAY,
                    "pull " + pull.name() + ": " + design.obstacle().map(Problem::coded).orElse("")));
            return false;
        }
        PullPlan plan = sound.plan();
        boolean equal = true;
        for (Tenant tenant : tenancy.owners(plan)) {
            equal &= one(plan, tenant, out, progress);
        }
        return equal;
    }

    private boolean one(PullPlan plan, Tenant tenant, Consumer<WorkEvent> out, Progress progress) throws SQLException {
        TableMapping compared = ListingScope.ofNumbers(plan);
        String table = verified.begin(compared.target());
        try {
            var read = read(plan, compared, tenant, table, progress);
            var result = verified.compare(table, compared.target(), tenant.number());
            String what = new PulledTenant(plan.name(), tenant) + ": ";
            if (read.notUnique().isPresent()) {
                out.accept(new WorkEvent(Course.DIFFERENT,
                        new Problem(ErrorCode.KEY_NOT_UNIQUE, what + read.notUnique().get()).coded()));
                return false;
            }
            if (result.isEqual()) {
                String equal = Words.count(result.source(), "row") + ", equal in key, "
                        + (plan.tellsChanges() ? "change stamp and " : "and ")
                        + Words.count(result.sums().size(), "column") + " of numbers";
                var verdict = totals.of(plan, tenant, progress);
                var doubt = doubt(plan, read, result.source(), verdict);
                out.accept(doubt.isEmpty()
                        ? new WorkEvent(Course.WELL, what + equal + told(verdict))
                        : new WorkEvent(Course.NOT_PROVEN,
                                new Problem(ErrorCode.NOT_PROVEN, what + equal + ", but " + doubt).coded()));
                return doubt.isEmpty();
            }
            out.accept(new WorkEvent(Course.DIFFERENT,
                    new Problem(ErrorCode.DIFFERENT, what + Words.count(result.source(), "row") + " in Business NXT, "
                            + result.target() + " in the target table").coded()));
            result.examples().forEach(
                    (kind, keys) -> out.accept(new WorkEvent(Course.DETAIL, kind + ": " + String.join(", ", keys))));
            result.sums().forEach((column, sums) -> {
                if (!sums.isEqual()) {
                    out.accept(new WorkEvent(Course.DETAIL, "sum of " + column + " over the rows of both: "
                            + sums.source() + " in Business NXT, " + sums.target() + " in the target table"));
                }
            });
            out.accept(new WorkEvent(Course.DETAIL, ErrorCode.DIFFERENT.nextStep().replace("NAME", plan.name())));
            return false;
        } finally {
            verified.end(table);
        }
    }

    /**
     * What was read.
     *
     * @param rows those that PostgreSQL cannot hold included
     * @param notUnique why the key is not one; empty if each came once
     */
    private record SourceRead(Census before, Census after, long rows, Optional<String> notUnique) {}

    /** Why it is not certain that every row was compared; empty if it is. */
    private static String doubt(PullPlan plan, SourceRead read, long compared, TotalsCheck.TotalsVerdict verdict) {
        String table = plan.table().name();
        if (read.before().count().isEmpty() || read.after().count().isEmpty()) {
            return "Business NXT does not say how many rows table " + table
                    + " has (totalCount), so some may have been missed.";
        }
        long counted = read.after().count().get();
        if (!read.before().equals(read.after())) {
            return "rows changed while they were read (" + read.before().count().get() + " before, " + counted
                    + " after). Verify again when nothing changes.";
        }
        if (counted != read.rows()) {
            return "Business NXT counts " + Words.count(counted, "row") + " of table " + table + ", but lists "
                    + read.rows() + " by the key " + String.join(",", plan.key()) + ". Check that "
                    + Settings.Pull.variable(plan.name(), "KEY") + " has all columns of the primary key.";
        }
        if (read.rows() != compared) {
            return Words.count(read.rows() - compared, "row of Business NXT cannot be stored, and was not compared.",
                    "rows of Business NXT cannot be stored, and were not compared.");
        }
        return verdict instanceof TotalsCheck.UnequalTotals unequal
                ? "Business NXT adds up otherwise " + unequal.example()
                        + ". Verify again when nothing changes. If it lasts, tell Visma's support."
                : "";
    }

    private static String told(TotalsCheck.TotalsVerdict verdict) {
        if (verdict instanceof TotalsCheck.NoTotals none) {
            return "; there are no control totals: " + none.reason();
        }
        return verdict instanceof TotalsCheck.EqualTotals equal
                ? "; the control totals of " + Words.count(equal.groups(), "group") + " are equal"
                : "";
    }

    private SourceRead read(PullPlan plan, TableMapping compared, Tenant tenant, String table, Progress progress)
            throws SQLException {
        long expected = states.rows(plan.name(), tenant.number());
        long rows = 0;
        Optional<String> cursor = Optional.empty();
        Optional<Census> before = Optional.empty();
        var repeated = new ArrayList<String>();
        var size = PageReader.size(plan);
        var scanReader = new ScanReader(source, plan, tenant, (what, parts, pages) -> source.nxt()
                .ask(plan.pull().connection(), Document.of(what, tenant, false, parts), pages), answer -> {
                });
        var reader = new PageReader(compared, plan.key(), plan.key(), Set.of());
        boolean more = true;
        while (more) {
            var readAt = states.now();
            var page = DocumentPart.page("t0", plan, compared.fields(), Filters.after(plan.key(), cursor), plan.key(),
                    size.rows());
            var parts = before.isEmpty() ? Document.withCensus(plan, page) : List.of(page);
            // keys are asked for at the end, all together
            var reading = scanReader
                    .page(new ScanReader.Wish("verify", parts, reader, size, cursor, read -> List.of()));
            if (reading instanceof ScanReader.PageRefused refused) {
                throw new FailedAnswer(refused.failure());
            }
            if (reading instanceof ScanReader.PageRead done) {
                var read = done.page();
                verified.add(table, compared.target(), reader.buffer(), readAt);
                before = before.or(() -> Optional.of(read.census()));
                repeated.addAll(reader.buffer().repeated());
                rows += reader.buffer().rows();
                progress.rows(rows, Optional.of(Math.max(rows, expected)));
                cursor = read.cursor();
                more = read.more();
            }
        }
        var verdict = source.uniqueness().of(plan, tenant, repeated, answer -> {
        });
        if (verdict instanceof Uniqueness.Unknown unknown) {
            throw new FailedAnswer(unknown.failure());
        }
        return new SourceRead(before.orElseThrow(), census(plan, scanReader), rows,
                verdict instanceof Uniqueness.Repeated several
                        ? Optional.of(several.reason().message())
                        : Optional.empty());
    }

    /** How many rows there are, and the highest change stamp, as they are now. */
    private static Census census(PullPlan plan, ScanReader scanReader) {
        Answer answer = scanReader.census("verify");
        if (answer instanceof Failure failure) {
            throw new FailedAnswer(failure);
        }
        return Pages.census(plan, (Answer.Data) answer);
    }
}
