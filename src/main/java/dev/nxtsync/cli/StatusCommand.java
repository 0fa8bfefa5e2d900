package dev.nxtsync.cli;

import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.status.StatusReport;

/** The command {@code status}: what {@code GET /api/status} answers, for a terminal. */
@Singleton
class StatusCommand implements QuarkusApplication {
    private static final int LINES = 40;
    private static final int RUNS = 10;

    private final StatusReport overview;

    StatusCommand(StatusReport overview) {
        this.overview = overview;
    }

    @Override
    public int run(String... arguments) {
        try {
            print(overview.stored());
            return 0;
        } catch (SQLException e) {
            return Command.problem(e);
        }
    }

    private static void print(JsonNode status) {
        System.out.println(status.path("state").asText().equals("well") ? "All is well." : "There is trouble.");
        status.path("findings").forEach(each -> System.out.println(finding(each)));
        print("daemons", LINES, status.path("replicas"),
                each -> line(each.path("host"), each.path("state"), "since " + time(each.path("started_at"))));
        print("connections", LINES, status.path("connections"), StatusCommand::connection);
        print("sign-ins", LINES, status.path("sign_ins"), StatusCommand::signIn);
        print("encryption keys", LINES, status.path("encryption_keys"), StatusCommand::key);
        print("pulls", LINES, status.path("pulls"), StatusCommand::pull);
        print("keys set aside", RUNS, status.path("keys_set_aside"), StatusCommand::setAside);
        pushes(status.path("pushes"));
        print("under way", LINES, status.path("units"), StatusCommand::unit);
        print("last runs", RUNS, status.path("runs"), StatusCommand::run);
    }

    private static String finding(JsonNode finding) {
        return (finding.path("alarm").asBoolean() ? "PROBLEM    " : "note       ") + finding.path("subject").asText()
                + ": " + finding.path("reason").asText() + " (" + finding.path("code").asText() + ")"
                + (finding.path("since").isTextual() ? "; since " + time(finding.path("since")) : "")
                + (finding.path("next_attempt_at").isTextual()
                        ? "; next attempt " + time(finding.path("next_attempt_at"))
                        : "");
    }

    private static String connection(JsonNode connection) {
        JsonNode budget = connection.path("budget");
        return line(connection.path("name"), connection.path("host"),
                connection.path("state").asText().equals("signed_in")
                        ? "token until " + time(connection.path("expires_at"))
                        : connection.path("state").asText().replace('_', ' '),
                budget.path("used").asInt() + " of " + budget.path("limit_per_minute").asInt()
                        + " requests a minute");
    }

    private static String signIn(JsonNode signIn) {
        return line(signIn.path("connection"), signIn.path("state").asText().equals("needed")
                ? "sign-in needed"
                : signIn.path("person").asText() + ", refreshed " + time(signIn.path("refreshed_at")),
                signIn.path("ends_at").isTextual() ? "until " + time(signIn.path("ends_at")) : "");
    }

    private static String key(JsonNode key) {
        var needs = new StringJoiner(", ", "needed by ", "").setEmptyValue("needed by nothing that is stored");
        key.path("needed_by").forEach(each -> needs.add(each.asText()));
        return line(key.path("id"), key.path("place").isNumber()
                ? "no. " + key.path("place").asInt() + (key.path("place").asInt() == 1 ? ", the newest" : "")
                : "not there", needs);
    }

    private static String pull(JsonNode pull) {
        String underWay = pull.path("under_way").isTextual()
                ? pull.path("under_way").asText() + ": " + pull.path("under_way_rows").asLong()
                        + (pull.path("under_way_expected").isNumber()
                                ? " of " + pull.path("under_way_expected").asLong()
                                : "")
                : "";
        return line(pull.path("job"), pull.path("company"), pull.path("state"), pull.path("rows").asLong() + " rows",
                pull.path("complete_as_of").isTextual()
                        ? "complete as of " + Duration.ofSeconds(pull.path("lag_seconds").asLong()).toString()
                                .substring(2).toLowerCase(Locale.ROOT) + " ago"
                        : "not complete yet",
                underWay);
    }

    private static String setAside(JsonNode key) {
        return line(key.path("job"), key.path("company"), key.path("key"), key.path("reason"),
                "next attempt " + time(key.path("next_at")));
    }

    private static String unit(JsonNode unit) {
        return line(unit.path("kind"), unit.path("job"), unit.path("company"), unit.path("holder").isTextual()
                ? "on " + unit.path("holder").asText() + " since " + time(unit.path("claimed_at"))
                : unit.path("failures").asInt() + " failures, next attempt " + time(unit.path("retry_at")));
    }

    private static String run(JsonNode run) {
        return line(run.path("job"), run.path("company"), run.path("kind"), time(run.path("started_at")),
                run.path("outcome"), run.path("rows_read").asLong() + " read, " + run.path("rows_written").asLong()
                        + " written, requests " + run.path("requests").asInt());
    }

    private static void pushes(JsonNode pushes) {
        Map<String, String> lines = new TreeMap<>();
        for (JsonNode each : pushes) {
            lines.merge(each.path("job").asText(), each.path("rows").asLong() + " "
                    + each.path("state").asText().replace('_', ' '), (a, b) -> a + ", " + b);
        }
        if (!lines.isEmpty()) {
            System.out.println("pushes");
            lines.forEach((push, states) -> System.out.println("  " + line(push, states)));
        }
    }

    private static void print(String title, int most, JsonNode list, Function<JsonNode, String> line) {
        if (list.isEmpty()) {
            return;
        }
        System.out.println(title);
        int printed = 0;
        for (JsonNode each : list) {
            if (printed++ == most) {
                System.out.println("  and " + (list.size() - most) + " more; GET /api/status has them");
                return;
            }
            System.out.println("  " + line.apply(each));
        }
    }

    private static String line(Object... cells) {
        var line = new StringBuilder();
        for (Object each : cells) {
            String text = each instanceof JsonNode node ? node.isNull() ? "" : node.asText() : each.toString();
            line.append(String.format(Locale.ROOT, "%-20s ", text));
        }
        return line.toString().stripTrailing();
    }

    /** To the second, in UTC. */
    private static String time(JsonNode time) {
        return time.isTextual()
                ? OffsetDateTime.parse(time.asText()).toInstant().truncatedTo(ChronoUnit.SECONDS).toString()
                : "";
    }
}
