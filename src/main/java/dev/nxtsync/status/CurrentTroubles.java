package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.schedule.Replica;
import dev.nxtsync.status.OpenFindings.OpenFinding;

/** What is wrong now, as all processes together see it: each tells the others what it alone knows. */
@Singleton
record CurrentTroubles(Findings findings, ReplicaReport own, Replica replica, Clock clock) {
    /** Tells the others what this process knows, and asks what is wrong anywhere, each trouble once. */
    Collection<OpenFinding> exchange(Handle transaction) throws SQLException {
        Map<String, OpenFinding> now = new LinkedHashMap<>();
        findings.stored(transaction).forEach(each -> add(now, each));
        // last, so that the heartbeat does not wait for its row while all that is asked for
        replica.report(transaction, StatusJson.text(own.now()));
        for (String report : Replica.reports(transaction)) {
            StatusJson.report(report).findings().forEach(each -> add(now, each.finding()));
        }
        return now.values();
    }

    private void add(Map<String, OpenFinding> now, Finding finding) {
        if (finding.alarm()) {
            now.putIfAbsent(finding.subject() + " " + finding.reason().code(),
                    new OpenFinding(finding.subject(), finding.reason(), clock.instant()));
        }
    }
}
