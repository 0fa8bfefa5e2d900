package dev.nxtsync.status;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * How everything stands, as the tables have it, a list for each subject. Times are in ISO 8601.
 *
 * @param reports what processes have told, of those in {@code replicas} that have
 */
public record StatusTables(List<ReplicaRow> replicas, List<ReportRow> reports, List<TroubleRow> troubles,
        List<PullRow> pulls, List<LeftOutRow> leftOut, List<UnitRow> units, List<RunRow> runs, List<PushRow> pushes,
        List<DeadLetter> deadLetters, List<LostCallRow> lostCalls, List<SignInRow> signIns,
        List<KeySetAside> keysSetAside, List<WebhookRow> webhooks) {

    /** The same with the times at which sign-ins end, by connection. */
    StatusTables signInsEnd(Map<String, Instant> ends) {
        return new StatusTables(replicas, reports, troubles, pulls, leftOut, units, runs, pushes, deadLetters,
                lostCalls,
                signIns.stream()
                        .map(each -> each.ends(
                                Optional.ofNullable(ends.get(each.connection())).map(Instant::toString).orElse(null)))
                        .toList(),
                keysSetAside, webhooks);
    }

    /** @param state {@code alive} or {@code silent} */
    public record ReplicaRow(String id, String host, String startedAt, String beatAt, String state) {
        boolean isAlive() { return state.equals("alive"); }
    }

    record ReportRow(String id, String host, ProcessReport report) {}

    record TroubleRow(String subject, String code, String since) {
        String id() {
            return subject + " " + code;
        }
    }

    /**
     * A pull in one company.
     *
     * @param lagSeconds since it is complete
     * @param underWay the kind of the walk through all its rows that has begun; null where none has
     */
    public record PullRow(String job, int company, String state, @Nullable String code, @Nullable String reason,
            @Nullable String held, int failures, long rows, String dueAt, @Nullable String retryAt,
            @Nullable String completeAsOf, long lagSeconds, @Nullable String underWay, @Nullable Long underWayRows,
            @Nullable Long underWayExpected, long rowsSetAside) {}

    /**
     * A table of which there is no pull though a pattern fits to it.
     *
     * @param job the pull that has the pattern
     */
    public record LeftOutRow(String connection, String job, String table, String code, String reason) {}

    /** A unit of work that somebody holds, or that has failed. */
    public record UnitRow(String kind, String connection, int company, @Nullable String job, @Nullable Integer lane,
            @Nullable String holder, @Nullable String claimedAt, String dueAt, @Nullable String retryAt,
            int failures) {}

    public record RunRow(long id, String job, int company, String kind, String startedAt, String endedAt,
            String outcome, long rowsRead, long rowsWritten, long rowsDeleted, long rowsSetAside, int requests,
            long bytes, @Nullable String traceId, @Nullable String error) {}

    /** The rows of a push in one state. */
    public record PushRow(String job, String state, long rows, long remarks, long oldestSeconds) {}

    record DeadLetter(long id, String job, String key, @Nullable Integer company, @Nullable String grp, String state,
            @Nullable String error, int attempts, @Nullable String settledAt) {}

    record LostCallRow(String tenant, long calls, String since) {}

    /** @param endsAt when a person has to sign in again; null where that is not known */
    public record SignInRow(String connection, String state, @Nullable String code, @Nullable String reason,
            @Nullable String subject, @Nullable String person, @Nullable String tenant, @Nullable String scope,
            @Nullable String kind, @Nullable String authorizedAt, @Nullable String refreshedAt,
            @Nullable String endsAt) {
        SignInRow ends(@Nullable String time) {
            return new SignInRow(connection, state, code, reason, subject, person, tenant, scope, kind, authorizedAt,
                    refreshedAt, time);
        }
    }

    /** A key of a row that a webhook has named, and that could not be looked at. */
    public record KeySetAside(long id, String job, int company, String key, int attempts, String reason,
            String receivedAt, String nextAt) {}

    record WebhookRow(String table, int company, String lastAt, String lastEvent) {}
}
