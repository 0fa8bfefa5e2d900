package dev.nxtsync.health;

import java.sql.SQLException;
import java.util.List;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.status.Finding;

/** Findings as an answer of the wellness group: down if one of them is an alarm, and all of them as data. */
final class FindingsCheck {
    private FindingsCheck() {}

    /** Findings that the database must be asked for. */
    @FunctionalInterface
    interface StoredFindings {
        List<Finding> find() throws SQLException;
    }

    /** Of what the process knows by itself. */
    static HealthCheckResponse named(String name, List<Finding> known) {
        var response = HealthCheckResponse.named(name).up();
        known.forEach(each -> tell(response, each));
        return response.build();
    }

    static HealthCheckResponse named(String name, Heartbeat heartbeat, List<Finding> known, StoredFindings asked) {
        var response = HealthCheckResponse.named(name).up();
        known.forEach(each -> tell(response, each));
        var away = heartbeat.problem();
        if (away.isPresent()) {
            return response.down().withData(of(away.get()), away.get().message()).build();
        }
        try {
            asked.find().forEach(each -> tell(response, each));
        } catch (SQLException e) {
            var reason = DatabaseFault.of(e);
            response.down().withData(of(reason), reason.message());
        }
        return response.build();
    }

    private static String of(Problem reason) {
        return "database (" + reason.code() + ")";
    }

    private static void tell(HealthCheckResponseBuilder response, Finding finding) {
        response.withData(finding.subject() + " (" + finding.reason().code() + ")",
                finding.reason().message() + finding.nextAttempt().map(at -> "; next attempt " + at).orElse(""));
        if (finding.alarm()) {
            response.down();
        }
    }
}
