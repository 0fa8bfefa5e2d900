package dev.nxtsync.status;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

/**
 * What is wrong: the one place where the status and notices learn of it, as each health check does of its part. What this
 * process alone knows is in memory; the rest is asked of the database. Safe for any number of threads.
 */
@Singleton
record Findings(ConnectionFindings connections, PullFindings pulls, PushFindings pushes) {
    /** What this process knows by itself. */
    List<Finding> own() {
        var findings = new ArrayList<>(connections.tokens());
        findings.addAll(connections.keys());
        findings.addAll(pulls.plans());
        findings.addAll(pushes.plans());
        return findings;
    }

    /** Of pulls, pushes and sign-ins, whichever process works on them: what the database must be asked for. */
    List<Finding> stored(Handle transaction) throws SQLException {
        var findings = new ArrayList<>(pulls.stored(transaction));
        findings.addAll(pushes.stored(transaction));
        findings.addAll(connections.signIns(transaction));
        return findings;
    }
}
