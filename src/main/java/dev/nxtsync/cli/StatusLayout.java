package dev.nxtsync.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.cli.Terminal.Ink;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;
import dev.nxtsync.signin.EncryptionKeys;
import dev.nxtsync.status.ConnectionStatus;
import dev.nxtsync.status.ShownFinding;
import dev.nxtsync.status.Status;
import dev.nxtsync.status.StatusTables.PullRow;
import dev.nxtsync.status.StatusTables.PushRow;
import dev.nxtsync.status.StatusTables.RunRow;
import dev.nxtsync.status.StatusTables.SignInRow;
import dev.nxtsync.status.StatusTables.UnitRow;

/** The status as lines of text. A terminal gets colours, empty lines and relative times; the facts are the same. */
final class StatusLayout {
    private static final int LINES = 40;
    private static final int RUNS = 10;
    private static final Set<String> GOOD = Set.of("ok", "goes on", "alive");

    private final Terminal terminal;
    private final ShownTime time;
    private final int columns;
    private final List<String> lines = new ArrayList<>();

    private StatusLayout(Terminal terminal, ShownTime time, int columns) {
        this.terminal = terminal;
        this.time = time;
        this.columns = columns;
    }

    /** @param columns in which findings are to fit */
    static List<String> lines(Status status, Terminal terminal, int columns) {
        var time = new ShownTime(Instant.parse(status.at()), terminal.isThere());
        var layout = new StatusLayout(terminal, time, columns);
        layout.add(status);
        return layout.lines;
    }

    private void add(Status status) {
        String verdict = status.isWell()
                ? terminal.inked(Ink.GREEN, "All is well.")
                : terminal.inked(Ink.RED, "There is trouble.");
        lines.add(terminal.isThere() ? verdict + terminal.inked(Ink.DIM, "  " + time.present()) : verdict);
        status.findings().forEach(this::finding);
        var tables = status.tables().orElseThrow();
        section("daemons", LINES, tables.replicas(),
                each -> row(each.host(), state(each.state()), "since " + time.past(each.startedAt())));
        section("connections", LINES, status.connections(), this::connection);
        section("sign-ins", LINES, tables.signIns(), this::signIn);
        section("encryption keys", LINES, status.encryptionKeys(), StatusLayout::key);
        section("pulls", LINES, tables.pulls(), this::pull);
        section("tables left out", LINES, tables.leftOut(), each -> row(each.job(), QuotedText.message(each.table()),
                each.code(), QuotedText.message(each.reason())));
        section("keys set aside", RUNS, tables.keysSetAside(), each -> row(each.job(), each.company(),
                QuotedText.message(each.key()), each.reason(), "next attempt " + time.of(each.nextAt())));
        section("pushes", LINES, pushes(tables.pushes()), row -> row);
        section("under way", LINES, tables.units(), this::unit);
        section("last runs", RUNS, tables.runs(), this::run);
    }

    private void finding(ShownFinding finding) {
        String mark = finding.alarm() ? "PROBLEM" : "note";
        String times = (finding.since() == null ? "" : "; since " + time.past(finding.since()))
                + (finding.nextAttemptAt() == null ? "" : "; next attempt " + time.of(finding.nextAttemptAt()));
        String line = Report
                .line(mark, finding.subject() + ": " + finding.reason() + " (" + finding.code() + ")" + times)
                .replaceFirst(mark, terminal.inked(finding.alarm() ? Ink.RED : Ink.YELLOW, mark));
        lines.addAll(Terminal.folded(line, columns, Report.COLUMN));
    }

    private List<String> connection(ConnectionStatus connection) {
        return row(connection.name(), connection.host(),
                connection.state().equals("signed_in")
                        ? "token " + time.end(connection.expiresAt())
                        : terminal.inked(Ink.YELLOW, connection.state().replace('_', ' ')),
                connection.budget().used() + " of " + connection.budget().limitPerMinute() + " requests a minute");
    }

    private List<String> signIn(SignInRow signIn) {
        return row(signIn.connection(), signIn.state().equals("needed")
                ? terminal.inked(Ink.YELLOW, "sign-in needed")
                : Objects.requireNonNullElse(signIn.person(), "") + ", refreshed " + time.past(signIn.refreshedAt()),
                time.end(signIn.endsAt()));
    }

    private static List<String> key(EncryptionKeys.Need key) {
        return row(key.id(),
                key.place().isPresent()
                        ? "no. " + key.place().getAsInt() + (key.place().getAsInt() == 1 ? ", the newest" : "")
                        : "not there",
                key.connections().isEmpty()
                        ? "needed by nothing that is stored"
                        : "needed by " + String.join(", ", key.connections()));
    }

    private List<String> pull(PullRow pull) {
        String completeness = pull.completeAsOf() == null
                ? "not complete yet"
                : "complete as of " + time.past(pull.completeAsOf());
        return row(pull.job(), pull.company(), state(pull.state()), Words.count(pull.rows(), "row"), completeness,
                pull.underWay() == null
                        ? ""
                        : pull.underWay() + ": " + Objects.requireNonNullElse(pull.underWayRows(), 0L)
                                + (pull.underWayExpected() == null ? "" : " of " + pull.underWayExpected()));
    }

    private List<String> unit(UnitRow unit) {
        return row(unit.kind(), unit.job(), unit.company(), unit.holder() == null
                ? Words.count(unit.failures(), "failure") + ", next attempt " + time.of(unit.retryAt())
                : "on " + unit.holder()
                        + (unit.claimedAt() == null ? ", with another" : " since " + time.past(unit.claimedAt())));
    }

    private List<String> run(RunRow run) {
        return row(run.job(), run.company(), run.kind(), time.past(run.startedAt()), state(run.outcome()),
                run.rowsRead() + " read, " + run.rowsWritten() + " written, " + Words.count(run.requests(), "request"));
    }

    private List<List<String>> pushes(List<PushRow> pushes) {
        Map<String, String> states = new TreeMap<>();
        pushes.forEach(each -> states.merge(each.job(),
                each.state().equals("dead")
                        ? terminal.inked(Ink.RED, each.rows() + " dead")
                        : each.rows() + " " + each.state().replace('_', ' '),
                (a, b) -> a + ", " + b));
        return states.entrySet().stream().map(each -> row(each.getKey(), each.getValue())).toList();
    }

    private String state(String state) {
        return terminal.inked(GOOD.contains(state) ? Ink.GREEN : Ink.YELLOW, state);
    }

    private static List<String> row(@Nullable Object... cells) {
        var row = new ArrayList<String>();
        for (Object each : cells) {
            row.add(each == null ? "" : each.toString());
        }
        return row;
    }

    /** What is in a list, if there is something, its cells below one another. */
    private <T> void section(String title, int most, List<T> list, Function<T, List<String>> row) {
        if (list.isEmpty()) {
            return;
        }
        if (terminal.isThere()) {
            lines.add("");
        }
        lines.add(terminal.inked(Ink.BOLD, title));
        lines.addAll(aligned(list.stream().limit(most).map(row).toList()));
        if (list.size() > most) {
            lines.add("  and " + (list.size() - most) + " more; GET /api/status has them");
        }
    }

    private static List<String> aligned(List<List<String>> rows) {
        var widths = new int[rows.get(0).size()];
        rows.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], Terminal.width(row.get(i)))));
        return rows.stream().map(row -> {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append("  ").append(row.get(i)).append(" ".repeat(widths[i] - Terminal.width(row.get(i))));
            }
            return line.toString().stripTrailing();
        }).toList();
    }
}
