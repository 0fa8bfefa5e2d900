package dev.nxtsync.status;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.http.server.CallerKeys;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.push.outbox.PushTables;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.signin.UserGrant;
import dev.nxtsync.signin.UserGrants;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.RenewingTokens;

/**
 * What is wrong: the one place where health, the status and notices learn of it. What this process alone knows is in memory;
 * the rest is asked of the database. Safe for any number of threads.
 */
@Singleton
public class Findings {
    /** One failure that the next attempt mends is shown, but is no alarm. */
    private static final int ALARM = 2;
    /** After the time at which a pull should have been complete again. */
    private static final Duration LATE = Duration.ofMinutes(30);
    /** Before the end of a sign-in, when it is shown, and when somebody has to know. */
    private static final Duration SHOWN_AHEAD = Duration.ofDays(14);
    private static final Duration ALARM_AHEAD = Duration.ofDays(3);
    /** What is clear with so many companies is not clearer with more. */
    private static final int EXAMPLES = 20;

    private final Settings settings;
    private final Connections connections;
    private final PullPlans pullPlans;
    private final PushPlans pushPlans;
    private final PullStates pulls;
    private final PushTables pushes;
    private final RowFaults faults;
    private final Inbox inbox;
    private final UserGrants grants;
    private final CallerKeys keys;
    private final Clock clock;
    private final Database database;

    Findings(Settings settings, Connections connections, PullPlans pullPlans, PushPlans pushPlans, PullStates pulls,
            PushTables pushes, RowFaults faults, Inbox inbox, UserGrants grants, CallerKeys keys,
            Clock clock, Database database) {
        this.settings = settings;
        this.connections = connections;
        this.pullPlans = pullPlans;
        this.pushPlans = pushPlans;
        this.pulls = pulls;
        this.pushes = pushes;
        this.faults = faults;
        this.inbox = inbox;
        this.grants = grants;
        this.keys = keys;
        this.clock = clock;
        this.database = database;
    }

    /** Of the keys by which callers are let in, in this process. */
    public List<Finding> keys() {
        return keys.flaws().entrySet().stream().map(each -> Finding.alarm(each.getKey(), each.getValue())).toList();
    }

    /** Of the connections' tokens, in this process. */
    public List<Finding> tokens() {
        var findings = new ArrayList<Finding>();
        Instant now = clock.instant();
        for (RenewingTokens.Status each : connections.status()) {
            String subject = "connection " + each.connection();
            each.lastError().ifPresent(error -> findings.add(new Finding(subject, error, each.age().isEmpty(),
                    each.waitsForPerson() ? Optional.empty() : Optional.of(now.plus(each.nextAttempt())))));
            each.grantedScope().filter(scope -> !scope.equals(each.askedScope()))
                    .ifPresent(scope -> findings.add(Finding.remark(subject, ErrorCode.SCOPE_REDUCED,
                            "The granted scope is \"" + scope + "\", not the asked \"" + each.askedScope() + "\". "
                                    + ErrorCode.SCOPE_REDUCED.nextStep())));
        }
        return findings;
    }

    /** Of sign-ins that will end, whichever process uses them; that one is needed is told of its token. */
    public List<Finding> signIns() throws SQLException {
        var findings = new ArrayList<Finding>();
        Instant now = clock.instant();
        signInEnds().forEach((connection, end) -> {
            if (end.isBefore(now.plus(SHOWN_AHEAD))) {
                findings.add(new Finding("sign-in of " + connection, new Problem(ErrorCode.SIGN_IN_ENDS,
                        "It is expected to end at " + end.truncatedTo(ChronoUnit.SECONDS) + ". "
                                + ErrorCode.SIGN_IN_ENDS.nextStep().replace("NAME", connection)),
                        end.isBefore(now.plus(ALARM_AHEAD)), Optional.empty()));
            }
        });
        return findings;
    }

    /** When persons have to sign in again at the latest, by connection, as far as that is known; not where it is so already. */
    public Map<String, Instant> signInEnds() throws SQLException {
        var users = settings.connections().values().stream().filter(each -> each.kind() == Settings.Kind.USER)
                .map(Settings.Connection::name).toList();
        var ends = new TreeMap<String, Instant>();
        if (!users.isEmpty()) {
            Instant now = clock.instant();
            for (UserGrant each : grants.of(users)) {
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

    /** Of pulls that cannot be planned, in this process. */
    public List<Finding> pullPlans() {
        return planned(pullPlans.troubles());
    }

    /** Of pushes that cannot be planned, in this process. */
    public List<Finding> pushPlans() {
        return planned(pushPlans.troubles());
    }

    private static List<Finding> planned(Map<String, Problem> troubles) {
        var findings = new ArrayList<Finding>();
        troubles.forEach((what, reason) -> findings
                .add(new Finding(what, reason, isOfItsOwn(reason), Optional.empty())));
        return findings;
    }

    /** Whether it is not what is told of the connection anyway. */
    private static boolean isOfItsOwn(Problem reason) {
        return reason.trouble() != ErrorCode.UNAUTHORIZED;
    }

    /** Of pulls, pushes and sign-ins, whichever process works on them: what the database must be asked for. */
    public List<Finding> stored() throws SQLException {
        var findings = new ArrayList<>(pulls());
        findings.addAll(pushes());
        findings.addAll(signIns());
        return findings;
    }

    /** Of all pulls, whichever process works on them. What is wrong in many companies of a pull is told once. */
    public List<Finding> pulls() throws SQLException {
        var findings = new ArrayList<Finding>();
        var alike = new LinkedHashMap<String, List<PullState>>();
        Map<String, Problem> here = pullPlans.troubles();
        for (PullState each : pulls.troubled(settings.pulls().keySet())) {
            String subject = "pull " + each.pull() + ", " + each.company();
            each.held().ifPresent(
                    reason -> findings.add(Finding.alarm(subject + ", held", ErrorCode.DELETES_HELD, reason)));
            each.missing().ifPresent(
                    reason -> findings.add(Finding.alarm(subject + ", counted", ErrorCode.ROWS_MISSING, reason)));
            var plan = here.get("pull " + each.pull());
            if (plan != null && plan.trouble() == each.reason().trouble()) {
                // told already, of the whole pull
                continue;
            }
            if (each.state() == PullState.State.FAILING || each.state() == PullState.State.STOPPED) {
                alike.computeIfAbsent(each.pull() + " " + each.reason().code(), first -> new ArrayList<>()).add(each);
            } else if (each.state() == PullState.State.AWAY) {
                findings.add(Finding.remark(subject, ErrorCode.COMPANY_NOT_GRANTED, each.reason().message()));
            }
        }
        alike.values().forEach(states -> findings.add(alike(states)));
        pulls.paused(settings.pulls().keySet()).forEach((pull, since) -> findings.add(Finding.remark(
                "pull " + pull + ", paused", ErrorCode.PULL_PAUSED,
                "It is paused since " + since + ". " + ErrorCode.PULL_PAUSED.nextStep())));
        late(findings);
        database.encodingFlaw().ifPresent(
                flaw -> findings.add(new Finding("database", flaw, false, Optional.empty())));
        faults.count().forEach((pull, count) -> findings.add(Finding.remark("rows of " + pull + " set aside",
                ErrorCode.ROWS_SET_ASIDE, count + "; " + ErrorCode.ROWS_SET_ASIDE.nextStep())));
        inbox.setAside().forEach((pull, count) -> findings.add(Finding.remark("keys of " + pull + " set aside",
                ErrorCode.KEYS_SET_ASIDE, count + "; " + ErrorCode.KEYS_SET_ASIDE.nextStep())));
        return findings;
    }

    /** @param states of one pull, with the same trouble in each */
    private static Finding alike(List<PullState> states) {
        PullState first = states.get(0);
        String companies = states.stream().limit(EXAMPLES).map(each -> Integer.toString(each.company()))
                .collect(joining(", "))
                + (states.size() > EXAMPLES ? " and more" : "");
        boolean alarm = isOfItsOwn(first.reason()) && states.stream()
                .anyMatch(each -> each.state() == PullState.State.STOPPED || each.failures() >= ALARM);
        return new Finding("pull " + first.pull() + ", in companies",
                new Problem(first.reason().trouble(), "In " + companies + ": " + first.reason().message()), alarm,
                states.stream().flatMap(each -> each.retryAt().stream()).min(Instant::compareTo));
    }

    private void late(List<Finding> findings) throws SQLException {
        Instant longAgo = pulls.now().minus(LATE);
        pulls.leastComplete(settings.pulls().keySet()).forEach((name, complete) -> {
            var pull = Objects.requireNonNull(settings.pulls().get(name));
            if (pull.cadence(settings.timeZone()).next(complete).isBefore(longAgo)) {
                findings.add(Finding.alarm("pull " + name + ", late", ErrorCode.PULL_LATE,
                        "A company is complete as of " + complete + " only. " + ErrorCode.PULL_LATE.nextStep()));
            }
        });
    }

    /** Of all pushes, whichever process works on them. */
    public List<Finding> pushes() throws SQLException {
        var findings = new ArrayList<Finding>();
        if (!settings.pushes().isEmpty()) {
            pushes.origin().held().ifPresent(reason -> findings.add(Finding.alarm("outbox", reason)));
        }
        var keyColumns = new TreeMap<String, String>();
        settings.pushes().forEach((name, push) -> keyColumns.put(name, String.join(",", push.keyColumn())));
        pushes.states().obstacles(keyColumns).stream().limit(EXAMPLES).forEach(each -> findings.add(
                new Finding("push " + each.push() + ", " + each.company(), each.reason(),
                        each.stopped() || (each.failures() >= ALARM && isOfItsOwn(each.reason())), each.retryAt())));
        pushes.depth().undecided().forEach((push, rows) -> {
            if (rows.letters() > 0) {
                findings.add(Finding.alarm("push " + push + ", dead letters", ErrorCode.DEAD_LETTERS,
                        waiting(rows.letters()) + " for a person; run: java -jar quarkus-run.jar dead-letters list"));
            }
            if (rows.waiting() > 0 && !settings.pushes().containsKey(push)) {
                findings.add(Finding.alarm("push " + push, ErrorCode.PUSH_MISSING,
                        waiting(rows.waiting()) + " for it, and it is not configured: set NXT_PUSHES_"
                                + push.toUpperCase(Locale.ROOT) + "_TABLE and the like, or discard them"));
            }
        });
        return findings;
    }

    private static String waiting(long rows) {
        return rows == 1 ? "1 row waits" : rows + " rows wait";
    }
}
