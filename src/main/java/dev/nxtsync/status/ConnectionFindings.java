package dev.nxtsync.status;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.http.server.CallerKeys;
import dev.nxtsync.signin.UserGrant;
import dev.nxtsync.signin.UserGrants;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.TokenStatus;

/** What is wrong with tokens, sign-ins and the keys of callers. Safe for any number of threads. */
@Singleton
public class ConnectionFindings {
    /** Before the end of a sign-in, when it is shown, and when somebody has to know. */
    private static final Duration SHOWN_AHEAD = Duration.ofDays(14);
    private static final Duration ALARM_AHEAD = Duration.ofDays(3);

    private final TokenSettings settings;
    private final Connections connections;
    private final CallerKeys keys;
    private final Clock clock;

    ConnectionFindings(TokenSettings settings, Connections connections, CallerKeys keys, Clock clock) {
        this.settings = settings;
        this.connections = connections;
        this.keys = keys;
        this.clock = clock;
    }

    /** Of the keys by which callers are let in, in this process. */
    public List<Finding> keys() {
        return keys.flaws().entrySet().stream().map(each -> Finding.alarm(each.getKey(), each.getValue())).toList();
    }

    /** Of the connections' tokens, in this process. */
    public List<Finding> tokens() {
        var findings = new ArrayList<Finding>();
        Instant now = clock.instant();
        for (TokenStatus each : connections.status()) {
            String subject = "connection " + each.connection();
            each.lastError().ifPresent(error -> findings.add(new Finding(subject, error, each.isAlarm(),
                    each.waitsForPerson() ? Optional.empty() : Optional.of(now.plus(each.nextAttempt())))));
            each.grantedScope().filter(scope -> !scope.equals(each.askedScope()))
                    .ifPresent(scope -> findings.add(Finding.remark(subject, ErrorCode.SCOPE_REDUCED,
                            "The granted scope is \"" + scope + "\", not \"" + each.askedScope() + "\" as asked for. "
                                    + ErrorCode.SCOPE_REDUCED.nextStep())));
        }
        return findings;
    }

    /** Of sign-ins that will end, whichever process uses them; that one is needed is told of its token. */
    public List<Finding> signIns(Handle transaction) {
        var findings = new ArrayList<Finding>();
        Instant now = clock.instant();
        signInEnds(transaction).forEach((connection, end) -> {
            if (end.isBefore(now.plus(SHOWN_AHEAD))) {
                findings.add(new Finding("sign-in of " + connection,
                        new Problem(ErrorCode.SIGN_IN_ENDS,
                                "It is expected to end at " + Words.time(end) + ". "
                                        + ErrorCode.SIGN_IN_ENDS.nextStep().replace("NAME", connection)),
                        end.isBefore(now.plus(ALARM_AHEAD)), Optional.empty()));
            }
        });
        return findings;
    }

    /** When persons have to sign in again at the latest, by connection, as far as that is known; not where it is so already. */
    public Map<String, Instant> signInEnds(Handle transaction) {
        var users = settings.connections().values().stream().filter(each -> each.kind() == Settings.ConnectionKind.USER)
                .map(Settings.Connection::name).toList();
        var ends = new TreeMap<String, Instant>();
        if (!users.isEmpty()) {
            Instant now = clock.instant();
            for (UserGrant each : UserGrants.find(transaction, users)) {
                if (each.needed().isEmpty()) {
                    each.authorizedAt()
                            .flatMap(at -> Objects.requireNonNull(settings.connections().get(each.connection()))
                                    .signInEnds(at, each.refreshedAt().orElse(at), now))
                            .ifPresent(end -> ends.put(each.connection(), end));
                }
            }
        }
        return ends;
    }
}
