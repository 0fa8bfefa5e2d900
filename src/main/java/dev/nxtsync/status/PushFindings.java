package dev.nxtsync.status;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Pushes;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Words;
import dev.nxtsync.push.outbox.OutboxDepth;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.push.plan.PushPlans;

/** What is wrong with pushes. Safe for any number of threads. */
@Singleton
public class PushFindings {
    /** What is clear with so many companies is not clearer with more. */
    private static final int EXAMPLES = 20;

    private final Pushes configured;
    private final PushPlans plans;

    PushFindings(Pushes configured, PushPlans plans) {
        this.configured = configured;
        this.plans = plans;
    }

    /** Of pushes that cannot be planned, in this process. */
    public List<Finding> plans() {
        return Finding.ofPlans(plans.troubles());
    }

    /** Of all pushes, whichever process works on them. */
    public List<Finding> stored(Handle transaction) {
        var findings = new ArrayList<Finding>();
        if (!configured.all().isEmpty()) {
            OutboxOrigin.heldUnlessNew(transaction).ifPresent(reason -> findings.add(Finding.alarm("outbox", reason)));
        }
        var keyColumns = new TreeMap<String, String>();
        configured.all().forEach((name, push) -> keyColumns.put(name, String.join(",", push.keyColumn())));
        PushStates.obstacles(transaction, keyColumns).stream().limit(EXAMPLES)
                .forEach(each -> findings.add(new Finding("push " + each.push() + ", " + each.company(), each.reason(),
                        each.stopped() || (each.failures() >= Finding.ALARM && Finding.isOfItsOwn(each.reason())),
                        each.retryAt())));
        OutboxDepth.undecided(transaction).forEach((push, rows) -> {
            if (rows.letters() > 0) {
                findings.add(Finding.alarm("push " + push + ", dead letters", ErrorCode.DEAD_LETTERS,
                        Words.count(rows.letters(), "row needs", "rows need")
                                + " a decision. Run: java -jar quarkus-run.jar dead-letters list"));
            }
            if (rows.waiting() > 0 && !configured.all().containsKey(push)) {
                findings.add(Finding.alarm("push " + push, ErrorCode.PUSH_MISSING, Words.count(rows.waiting(),
                        "row waits", "rows wait") + " for it, but it is not configured. Set "
                        + Settings.Push.variable(push, "TABLE")
                        + " and the like, or discard its rows: java -jar quarkus-run.jar dead-letters list shows them."));
            }
        });
        return findings;
    }
}
