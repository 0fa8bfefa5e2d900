package dev.nxtsync.status;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.status.OpenFindings.OpenFinding;

/** Tells the log of what is wrong that no work meets, and so nobody else tells it. For one thread. */
@Singleton
class FindingsLog {
    private static final Logger LOG = Logger.getLogger(FindingsLog.class);
    private static final Set<ErrorCode> UNMET = EnumSet.of(ErrorCode.PUSH_MISSING, ErrorCode.PULL_LATE,
            ErrorCode.SIGN_IN_ENDS);

    private final ConditionLog<String> conditions;
    private Set<String> known = Set.of();

    @Inject
    FindingsLog() {
        this(new ConditionLog<>());
    }

    FindingsLog(ConditionLog<String> conditions) {
        this.conditions = conditions;
    }

    /** @param now everything that is wrong */
    void look(Collection<OpenFinding> now) {
        var met = new TreeSet<String>();
        for (OpenFinding each : now) {
            var reason = each.reason();
            if (UNMET.contains(reason.errorCode())) {
                met.add(each.subject());
                if (conditions.isNews(each.subject(), reason.code())) {
                    LOG.warnf("Finding about %s: %s", each.subject(), reason.coded());
                }
            }
        }
        known.stream().filter(subject -> !met.contains(subject)).forEach(subject -> conditions.over(subject)
                .ifPresent(lasted -> LOG.infof("Finding about %s: it is over, after %s", subject, Words.time(lasted))));
        known = met;
    }
}
