package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Nxt;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.store.ColumnType;
import dev.nxtsync.store.PullStates;
import dev.nxtsync.store.TargetColumn;
import dev.nxtsync.store.Verified;
import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/**
 * Compares source and target of a pull: reads keys, change stamps and numbers of every row, in pages, and adds the numbers up
 * here. It changes nothing in the target.
 */
@Singleton
public class Verification {
    private final Settings settings;
    private final Introspection introspection;
    private final Tenancies tenancies;
    private final Nxt nxt;
    private final PullStates states;
    private final Verified verified;

    Verification(Settings settings, Introspection introspection, Tenancies tenancies, Nxt nxt, PullStates states,
            Verified verified) {
        this.settings = settings;
        this.introspection = introspection;
        this.tenancies = tenancies;
        this.nxt = nxt;
        this.states = states;
        this.verified = verified;
    }

    /**
     * Says where they differ.
     *
     * @return whether they are equal in all companies
     * @throws FailedAnswer if the API gave no whole answer
     */
    public boolean run(Settings.Pull pull, Consumer<String> out, Progress progress) throws SQLException {
        var design = PullDesign
                .of(List.of(pull), introspection.tables(pull.connection(), List.of(pull.table())), settings)
                .get(pull.name());
        if (!(design instanceof PullDesign.Sound sound)) {
            out.accept("PROBLEM    pull " + pull.name() + ": "
                    + (design instanceof PullDesign.Flawed flawed ? flawed.reason().coded() : ""));
            return false;
        }
        PullPlan plan = sound.plan();
        var connection = Optional.ofNullable(settings.connections().get(pull.connection())).orElseThrow();
        boolean equal = true;
        for (int owner : tenancies.of(connection).owners(plan)) {
            equal &= one(plan, owner, out, progress);
        }
        return equal;
    }

    private boolean one(PullPlan plan, int owner, Consumer<String> out, Progress progress) throws SQLException {
        TableMapping compared = plan.mapping().only(column -> isCompared(plan, column));
        String table = verified.begin(compared.target());
        try {
            read(plan, compared, owner, table, progress);
            var result = verified.compare(table, compared.target(), owner);
            String what = plan.name() + ", " + plan.table().scope().tenant(owner) + ": ";
            if (result.isEqual()) {
                out.accept("ok         " + what + Tally.plural(result.source(), "row") + ", equal in key, "
                        + (plan.tellsChanges() ? "change stamp and " : "and ")
                        + Tally.plural(result.sums().size(), "column") + " of numbers");
                return true;
            }
            out.accept("DIFFERENT  " + new Reason(Trouble.DIFFERENT,
                    what + result.source() + " in Business NXT, " + result.target() + " in the target").coded());
            result.examples().forEach((kind, keys) -> out.accept("           " + kind + ": " + String.join(" ", keys)));
            result.sums().forEach((column, sums) -> {
                if (!sums.isEqual()) {
                    out.accept("           sum of " + column + ": " + sums.source() + " there, " + sums.target()
                            + " here");
                }
            });
            return false;
        } finally {
            verified.end(table);
        }
    }

    private static boolean isCompared(PullPlan plan, TargetColumn column) {
        return plan.target().key().contains(column.name())
                || plan.target().changeStamp().filter(column.name()::equals).isPresent()
                || Set.of(ColumnType.INTEGER, ColumnType.BIGINT, ColumnType.NUMERIC).contains(column.type());
    }

    private void read(PullPlan plan, TableMapping compared, int owner, String table, Progress progress)
            throws SQLException {
        long expected = states.rows(plan.name(), owner);
        long rows = 0;
        Optional<String> cursor = Optional.empty();
        var size = plan.pageSize();
        boolean more = true;
        while (more) {
            var readAt = states.now();
            var page = new PageReader(compared, plan.key(), plan.key(), Set.of());
            List<ObjectNode> filters = cursor.map(after -> List.of(Filters.after(plan.key(), Filters.parse(after))))
                    .orElse(List.of());
            Answer answer = nxt.ask(plan.pull().connection(), Document.of("verify", plan.table().scope(), owner, false,
                    List.of(Document.Part.page("t0", plan, compared.fields(), filters, plan.key(), size.rows()))),
                    Map.of("t0", page));
            var result = Pages.judge(plan, answer, page, size, cursor);
            if (result instanceof Pages.Failed failed) {
                throw new FailedAnswer(failed.failure());
            }
            if (result instanceof Pages.Page read) {
                verified.add(table, compared.target(), page.buffer(), readAt);
                rows += page.buffer().rows();
                progress.rows(rows, Optional.of(Math.max(rows, expected)));
                cursor = read.cursor();
                more = read.more();
            }
        }
    }
}
