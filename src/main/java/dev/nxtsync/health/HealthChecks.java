package dev.nxtsync.health;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.Wellness;
import io.smallrye.mutiny.Uni;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.status.ConnectionFindings;
import dev.nxtsync.status.Finding;
import dev.nxtsync.status.NoticeDelivery;
import dev.nxtsync.status.PullFindings;
import dev.nxtsync.status.PushFindings;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.TokenStatus;

/** What health says: <i>live</i> and <i>ready</i>, without one of the threads that requests may use up, and <i>well</i>. */
@Singleton
class HealthChecks {
    private final Heartbeat heartbeat;
    private final Database database;

    HealthChecks(Heartbeat heartbeat, Database database) {
        this.database = database;
        this.heartbeat = heartbeat;
    }

    /** Every thread that must go on does. */
    @Liveness
    @Singleton
    AsyncHealthCheck threads(Threads threads) {
        return at(() -> {
            var response = HealthCheckResponse.named("threads").up();
            threads.faults()
                    .forEach(each -> response.down().withData(each.thread(), each.what() + " since " + each.since()));
            return response.build();
        });
    }

    /** What is needed to take in work, which is the database. */
    @Readiness
    @Singleton
    AsyncHealthCheck database() {
        return at(() -> {
            var response = HealthCheckResponse.named("database").up();
            heartbeat.problem().ifPresent(
                    reason -> response.down().withData("reason", reason.message()).withData("code", reason.code()));
            return response.build();
        });
    }

    private static AsyncHealthCheck at(Supplier<HealthCheckResponse> response) {
        return () -> Uni.createFrom().item(response);
    }

    /** Every connection has a valid token. */
    @Wellness
    @Singleton
    HealthCheck tokens(Connections connections) {
        return () -> {
            var response = HealthCheckResponse.named("tokens").up();
            for (TokenStatus each : connections.status()) {
                response.withData(each.connection(), text(each));
                if (each.isAlarm()) {
                    response.down();
                }
            }
            return response.build();
        };
    }

    private static String text(TokenStatus status) {
        String state = status.age().isPresent()
                ? "age " + Words.time(status.age().get()) + ", expires in " + Words.time(status.expiresIn()) + status
                        .grantedScope().filter(scope -> !scope.equals(status.askedScope()))
                        .map(scope -> ", granted scope \"" + scope + "\" instead of \"" + status.askedScope() + "\"")
                        .orElse("")
                : status.lastError().isPresent() ? "" : "no token yet";
        return Stream
                .of(state, status.lastError().map(Problem::coded).orElse(""),
                        status.waitsForPerson() ? "" : "next request in " + Words.time(status.nextAttempt()))
                .filter(each -> !each.isEmpty()).collect(Collectors.joining("; "));
    }

    /** No sign-in of a person ends within days. */
    @Wellness
    @Singleton
    HealthCheck signIns(ConnectionFindings findings) {
        return () -> told("sign-ins", List.of(), findings::signIns);
    }

    /** The files of the keys by which callers are let in can be used. */
    @Wellness
    @Singleton
    HealthCheck keys(ConnectionFindings findings) {
        return () -> told("keys of callers", findings.keys()).build();
    }

    /** Every pull does its work. Rows that are set aside, and pauses, are shown and are no alarm. */
    @Wellness
    @Singleton
    HealthCheck pulls(PullFindings findings) {
        return () -> told("pulls", findings.plans(), findings::stored);
    }

    /** Every push makes progress, and no row waits for a person. */
    @Wellness
    @Singleton
    HealthCheck pushes(PushFindings findings) {
        return () -> told("pushes", findings.plans(), findings::stored);
    }

    /** The last notice was taken, so that whoever relies on notices hears of troubles. */
    @Wellness
    @Singleton
    HealthCheck notices(NoticeDelivery notices) {
        return () -> {
            var response = HealthCheckResponse.named("notices").up();
            notices.failure().ifPresent(reason -> response.down().withData("reason", reason.coded()));
            return response.build();
        };
    }

    /** @param stored findings that the database must be asked for */
    private HealthCheckResponse told(String name, List<Finding> known, Database.Work<List<Finding>> stored) {
        var response = told(name, known);
        var away = heartbeat.problem();
        try {
            if (away.isEmpty()) {
                database.inTransaction(stored).forEach(each -> tell(response, each));
            }
        } catch (SQLException e) {
            away(response, DatabaseFault.of(e));
        }
        away.ifPresent(reason -> away(response, reason));
        return response.build();
    }

    private static HealthCheckResponseBuilder told(String name, List<Finding> known) {
        var response = HealthCheckResponse.named(name).up();
        known.forEach(each -> tell(response, each));
        return response;
    }

    private static void away(HealthCheckResponseBuilder response, Problem reason) {
        response.down().withData("database (" + reason.code() + ")", reason.message());
    }

    /** An alarm is down; all are data. */
    private static void tell(HealthCheckResponseBuilder response, Finding finding) {
        response.withData(finding.subject() + " (" + finding.reason().code() + ")",
                finding.reason().message() + finding.nextAttempt().map(at -> "; next attempt " + at).orElse(""));
        if (finding.alarm()) {
            response.down();
        }
    }
}
