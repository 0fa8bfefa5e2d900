package dev.nxtsync.cli;

import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.error.Words;
import dev.nxtsync.signin.EncryptionKeys;
import dev.nxtsync.status.ConnectionStatus;
import dev.nxtsync.status.ShownFinding;
import dev.nxtsync.status.Status;
import dev.nxtsync.status.StatusReport;
import dev.nxtsync.status.StatusTables.PullRow;
import dev.nxtsync.status.StatusTables.PushRow;
import dev.nxtsync.status.StatusTables.SignInRow;
import dev.nxtsync.status.StatusTables.UnitRow;

/** The command {@code status}: what {@code GET /api/status} answers, for a terminal. */
@Singleton
record StatusCommand(StatusReport status) implements Command {
    private static final int LINES = 40;
    private static final int RUNS = 10;

    int run() throws SQLException {
        print(status.askStored());
        return 0;
    }

    private static void print(Status status) {
        System.out.println(status.isWell() ? "All is well." : "There is trouble.");
        status.findings().forEach(each -> System.out.println(finding(each)));
        var tables = status.tables().orElseThrow();
        print("daemons", LINES, tables.replicas(),
                each -> line(each.host(), each.state(), "since " + time(each.startedAt())));
        print("connections", LINES, status.connections(), StatusCommand::connection);
        print("sign-ins", LINES, tables.signIns(), StatusCommand::signIn);
        print("encryption keys", LINES, status.encryptionKeys(), StatusCommand::key);
        print("pulls", LINES, tables.pulls(), StatusCommand::pull);
        print("keys set aside", RUNS, tables.keysSetAside(), each -> line(each.job(), each.company(), each.key(),
                each.reason(), "next attempt " + time(each.nextAt())));
        pushes(tables.pushes());
        print("under way", LINES, tables.units(), StatusCommand::unit);
        print("last runs", RUNS, tables.runs(),
                each -> line(each.job(), each.company(), each.kind(), time(each.startedAt()), each.outcome(),
                        each.rowsRead() + " read, " + each.rowsWritten() + " written, requests " + each.requests()));
    }

    private static String finding(ShownFinding finding) {
        return (finding.alarm() ? "PROBLEM    " : "note       ") + finding.subject() + ": " + finding.reason() + " ("
                + finding.code() + ")" + (finding.since() == null ? "" : "; since " + time(finding.since()))
                + (finding.nextAttemptAt() == null ? "" : "; next attempt " + time(finding.nextAttemptAt()));
    }

    private static String connection(ConnectionStatus connection) {
        return line(connection.name(), connection.host(),
                connection.state().equals("signed_in")
                        ? "token until " + time(connection.expiresAt())
                        : connection.state().replace('_', ' '),
                connection.budget().used() + " of " + connection.budget().limitPerMinute() + " requests a minute");
    }

    private static String signIn(SignInRow signIn) {
        return line(signIn.connection(),
                signIn.state().equals("needed")
                        ? "sign-in needed"
                        : Objects.requireNonNullElse(signIn.person(), "") + ", refreshed " + time(signIn.refreshedAt()),
                signIn.endsAt() == null ? "" : "until " + time(signIn.endsAt()));
    }

    private static String key(EncryptionKeys.Need key) {
        String needs = key.connections().isEmpty()
                ? "needed by nothing that is stored"
                : "needed by " + String.join(", ", key.connections());
        return line(key.id(),
                key.place().isPresent()
                        ? "no. " + key.place().getAsInt() + (key.place().getAsInt() == 1 ? ", the newest" : "")
                        : "not there",
                needs);
    }

    private static String pull(PullRow pull) {
        String underWay = pull.underWay() == null
                ? ""
                : pull.underWay() + ": " + Objects.requireNonNullElse(pull.underWayRows(), 0L)
                        + (pull.underWayExpected() == null ? "" : " of " + pull.underWayExpected());
        return line(pull.job(), pull.company(), pull.state(), Words.count(pull.rows(), "row"),
                pull.completeAsOf() == null
                        ? "not complete yet"
                        : "complete as of "
                                + Duration.ofSeconds(pull.lagSeconds()).toString().substring(2).toLowerCase(Locale.ROOT)
                                + " ago",
                underWay);
    }

    private static String unit(UnitRow unit) {
        return line(unit.kind(), unit.job(), unit.company(),
                unit.holder() == null
                        ? Words.count(unit.failures(), "failure") + ", next attempt " + time(unit.retryAt())
                        : "on " + unit.holder()
                                + (unit.claimedAt() == null ? ", with another" : " since " + time(unit.claimedAt())));
    }

    private static void pushes(List<PushRow> pushes) {
        Map<String, String> lines = new TreeMap<>();
        pushes.forEach(each -> lines.merge(each.job(), each.rows() + " " + each.state().replace('_', ' '),
                (a, b) -> a + ", " + b));
        if (!lines.isEmpty()) {
            System.out.println("pushes");
            lines.forEach((push, states) -> System.out.println("  " + line(push, states)));
        }
    }

    private static <T> void print(String title, int most, List<T> list, Function<T, String> line) {
        if (list.isEmpty()) {
            return;
        }
        System.out.println(title);
        int printed = 0;
        for (T each : list) {
            if (printed++ == most) {
                System.out.println("  and " + (list.size() - most) + " more; GET /api/status has them");
                return;
            }
            System.out.println("  " + line.apply(each));
        }
    }

    private static String line(@Nullable Object... cells) {
        var line = new StringBuilder();
        for (Object each : cells) {
            line.append(String.format(Locale.ROOT, "%-20s ", each == null ? "" : each));
        }
        return line.toString().stripTrailing();
    }

    /** To the second, in UTC. */
    private static String time(@Nullable String time) {
        return time == null ? "" : OffsetDateTime.parse(time).toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
