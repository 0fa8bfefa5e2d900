package dev.nxtsync.status;

import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.RenewingTokens;

/** What this process alone knows, in the form in which it tells the others: its tokens, its budgets, and what it cannot plan. */
@Singleton
public class ReplicaReport {
    private static final ObjectMapper JSON = new ObjectMapper();

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

    public String json() {
        return tree().toString();
    }

    /** {@code connections} and {@code findings}. */
    ObjectNode tree() {
        ObjectNode report = JSON.createObjectNode();
        var all = report.putArray("connections");
        Instant now = clock.instant();
        for (RenewingTokens.Status each : connections.status()) {
            var budget = nxt.usage(each.connection());
            ObjectNode connection = all.addObject().put("name", each.connection())
                    .put("state", state(each))
                    .put("expires_at", each.age().isPresent() ? now.plus(each.expiresIn()).toString() : null)
                    .put("next_renewal_at", each.waitsForPerson() ? null : now.plus(each.nextAttempt()).toString())
                    .put("scope", each.grantedScope().orElse(each.askedScope()));
            connection.putObject("budget").put("limit_per_minute", budget.limit()).put("used", budget.used());
        }
        var troubles = report.putArray("findings");
        findings.own().forEach(each -> troubles.add(json(each)));
        return report;
    }

    private static String state(RenewingTokens.Status status) {
        return status.age().isPresent()
                ? "signed_in"
                : status.waitsForPerson() ? "sign_in_needed" : "no_token";
    }

    static ObjectNode json(Finding finding) {
        return JSON.createObjectNode().put("subject", finding.subject()).put("code", finding.reason().code())
                .put("alarm", finding.alarm()).put("reason", finding.reason().message())
                .put("next_step", finding.reason().trouble().nextStep())
                .put("next_attempt_at", finding.nextAttempt().map(Instant::toString).orElse(null));
    }

    /** The findings of what a process has told; those of a later version that are not known here are told as such. */
    public static List<Finding> findings(String report) {
        var findings = new ArrayList<Finding>();
        for (JsonNode each : parse(report).path("findings")) {
            findings.add(new Finding(each.path("subject").asText(),
                    new Problem(ErrorCode.of(each.path("code").asText()).orElse(ErrorCode.UNEXPECTED),
                            each.path("reason").asText()),
                    each.path("alarm").asBoolean(),
                    Optional.ofNullable(each.path("next_attempt_at").textValue()).map(Instant::parse)));
        }
        return findings;
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
