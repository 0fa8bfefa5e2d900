package dev.nxtsync.status;

import java.time.Clock;
import java.time.Instant;

import jakarta.inject.Singleton;

import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.TokenStatus;

/** What this process alone knows, its tokens, its budgets, and what it cannot plan. */
@Singleton
public class ReplicaReport {
    private final Connections connections;
    private final Findings findings;
    private final NxtClient nxt;
    private final Clock clock;

    ReplicaReport(Connections connections, Findings findings, NxtClient nxt, Clock clock) {
        this.connections = connections;
        this.findings = findings;
        this.nxt = nxt;
        this.clock = clock;
    }

    /** What this process alone knows now. */
    ProcessReport now() {
        Instant now = clock.instant();
        return new ProcessReport(connections.status().stream().map(each -> connection(each, now)).toList(),
                findings.own().stream().map(ShownFinding::of).toList());
    }

    private ConnectionStatus connection(TokenStatus each, Instant now) {
        var budget = nxt.usage(each.connection());
        return new ConnectionStatus(each.connection(), state(each),
                each.age().isPresent() ? now.plus(each.expiresIn()).toString() : null,
                each.waitsForPerson() ? null : now.plus(each.nextAttempt()).toString(),
                each.grantedScope().orElse(each.askedScope()),
                new ConnectionStatus.MinuteBudget(budget.limit(), budget.used()), null);
    }

    private static String state(TokenStatus status) {
        return status.age().isPresent() ? "signed_in" : status.waitsForPerson() ? "sign_in_needed" : "no_token";
    }
}
