package dev.nxtsync.status;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.proof.Totals;
import dev.nxtsync.pull.state.Proofs;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.RowFaults;

/** What is wrong with pulls. Safe for any number of threads. */
@Singleton
public class PullFindings {
    /** After the time at which a pull should have been complete again. */
    private static final Duration LATE = Duration.ofMinutes(30);
    /** What is clear with so many companies is not clearer with more. */
    private static final int EXAMPLES = 20;

    private final Pulls configured;
    private final PullPlans plans;

    PullFindings(Pulls configured, PullPlans plans) {
        this.configured = configured;
        this.plans = plans;
    }

    /** Of pulls that cannot be planned, in this process. */
    public List<Finding> plans() {
        return Finding.ofPlans(plans.troubles());
    }

    /** Of all pulls, whichever process works on them. What is wrong in many companies of a pull is told once. */
    public List<Finding> stored(Handle transaction) throws SQLException {
        var findings = new ArrayList<Finding>();
        var alike = new LinkedHashMap<String, List<PullState>>();
        Map<String, Problem> here = plans.troubles();
        for (PullState each : PullStates.troubled(transaction, configured.names())) {
            String subject = "pull " + each.pull() + ", " + each.company();
            each.held().ifPresent(
                    reason -> findings.add(Finding.alarm(subject + ", held", ErrorCode.DELETES_HELD, reason)));
            each.missing().ifPresent(
                    reason -> findings.add(Finding.alarm(subject + ", counted", ErrorCode.ROWS_MISSING, reason)));
            var plan = here.get("pull " + each.pull());
            if (plan != null && plan.errorCode() == each.reason().errorCode()) {
                // told already, of the whole pull
                continue;
            }
            if (each.state() == PullState.PullHealth.FAILING || each.state() == PullState.PullHealth.STOPPED) {
                alike.computeIfAbsent(each.pull() + " " + each.reason().code(), first -> new ArrayList<>()).add(each);
            } else if (each.state() == PullState.PullHealth.AWAY) {
                findings.add(Finding.remark(subject, ErrorCode.COMPANY_NOT_GRANTED, each.reason().message()));
            }
        }
        alike.values().forEach(states -> findings.add(alike(states)));
        PullStates.paused(transaction, configured.names())
                .forEach(pause -> findings.add(Finding.remark("pull " + pause.pull() + ", paused",
                        ErrorCode.PULL_PAUSED, "It has been paused since " + Words.time(pause.since()) + ". "
                                + pause.reason().orElseGet(ErrorCode.PULL_PAUSED::nextStep))));
        Proofs.examples(transaction, configured.names()).forEach(each -> findings.add(different(each)));
        late(transaction, findings);
        Encoding.flaw(transaction)
                .ifPresent(flaw -> findings.add(new Finding("database", flaw, false, Optional.empty())));
        RowFaults.count(transaction).forEach((pull, count) -> findings.add(Finding.remark(
                "rows of " + pull + " set aside", ErrorCode.ROWS_SET_ASIDE,
                Words.count(count, "row is", "rows are") + " set aside. " + ErrorCode.ROWS_SET_ASIDE.nextStep())));
        Inbox.setAside(transaction).forEach((pull, count) -> findings.add(Finding.remark(
                "keys of " + pull + " set aside", ErrorCode.KEYS_SET_ASIDE,
                Words.count(count, "key is", "keys are") + " set aside. " + ErrorCode.KEYS_SET_ASIDE.nextStep())));
        return findings;
    }

    private static Finding different(Proofs.DifferentGroup example) {
        return Finding.alarm("pull " + example.job() + ", " + example.company() + ", totals", ErrorCode.DIFFERENT,
                "The control totals of " + Words.count(example.groups(), "group differs", "groups differ") + ", also "
                        + "after the rows were listed and settled. Of the rows " + example.grp() + ": "
                        + Totals.of(example.there()).differenceFrom(Totals.of(example.here())) + ". "
                        + ErrorCode.DIFFERENT.nextStep().replace("NAME", example.job()));
    }

    /** @param states of one pull, with the same trouble in each */
    private static Finding alike(List<PullState> states) {
        PullState first = states.get(0);
        String companies = states.stream().limit(EXAMPLES).map(each -> Integer.toString(each.company()))
                .collect(joining(", ")) + (states.size() > EXAMPLES ? " and more" : "");
        boolean alarm = Finding.isOfItsOwn(first.reason()) && states.stream()
                .anyMatch(each -> each.state() == PullState.PullHealth.STOPPED || each.failures() >= Finding.ALARM);
        return new Finding("pull " + first.pull() + ", in companies",
                new Problem(first.reason().errorCode(), "In " + companies + ": " + first.reason().message()), alarm,
                states.stream().flatMap(each -> each.retryAt().stream()).min(Instant::compareTo));
    }

    private void late(Handle transaction, List<Finding> findings) {
        Instant longAgo = DatabaseClock.read(transaction).now().minus(LATE);
        var pulls = configured.all();
        PullStates.leastComplete(transaction, pulls.keySet()).forEach((name, complete) -> {
            var pull = pulls.get(name);
            if (pull != null && pull.cadence(configured.timeZone()).next(complete).isBefore(longAgo)) {
                findings.add(Finding.alarm("pull " + name + ", late", ErrorCode.PULL_LATE,
                        "A company is complete only as of " + Words.time(complete) + ". "
                                + ErrorCode.PULL_LATE.nextStep()));
            }
        });
    }
}
