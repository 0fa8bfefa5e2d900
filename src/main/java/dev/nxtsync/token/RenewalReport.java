package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.RedactedFault;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.process.Histograms;
import dev.nxtsync.token.TokenRequest.Granted;
import dev.nxtsync.token.TokenRequest.Refused;
import dev.nxtsync.token.TokenRequest.TokenResult;
import dev.nxtsync.token.TokenRequest.Withdrawn;
import dev.nxtsync.trace.Spans;
import dev.nxtsync.trace.TraceSpan;

/**
 * What is told of a connection's renewals, in the log and as metrics. That there is no new token is told when it begins, once in
 * ten minutes while it lasts, and when it is over.
 *
 * @param recovered hears that there is a good token after a failure; it must not wait, since tokens are locked meanwhile
 */
record RenewalReport(String connection, String askedScope, MeterRegistry metrics, ConditionLog<String> conditions,
        Runnable recovered, Spans spans) {
    private static final Logger LOG = Logger.getLogger(RenewalReport.class);

    RenewalReport {
        metrics.counter("nxt_token_waits", "connection", connection);
    }

    /** A renewal begins, which is a trace until its span is closed. */
    TraceSpan begin() {
        return spans.root("token renewal").with("nxt.connection", connection);
    }

    /** Sends a request, and counts how long that takes. */
    TokenResult timed(Supplier<TokenResult> request) {
        var sample = Timer.start(metrics);
        var result = request.get();
        outcome(result)
                .ifPresent(
                        outcome -> sample.stop(Histograms
                                .of(metrics, "nxt_token_request", "From sending a token request to its answer", 0.05,
                                        0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
                                .withTags("connection", connection, "outcome", outcome)));
        return result;
    }

    /** Empty if nothing was sent, since another process had done so. */
    private static Optional<String> outcome(TokenResult result) {
        if (result instanceof Refused refused) {
            return Optional.of(refused.failure().code());
        }
        if (result instanceof Withdrawn withdrawn) {
            return Optional.of(withdrawn.why().code());
        }
        return result instanceof Granted ? Optional.of("ok") : Optional.empty();
    }

    /** A call waits for a token. */
    void waited() {
        metrics.counter("nxt_token_waits", "connection", connection).increment();
    }

    /**
     * @param renewed whether the token was asked for; it is as another process left it else
     * @param news whether there was none before
     * @param trusted whether none was refused just before, as this one may be too
     */
    void granted(boolean renewed, boolean news, boolean trusted, String scope, Duration left, Duration next) {
        if (renewed) {
            count("ok");
        }
        LOG.infof("Connection %s: %s, valid for %s, next renewal in %s", connection,
                news ? "token received" : renewed ? "token renewed" : "token taken over from another process",
                Words.time(left), Words.time(next));
        if (trusted) {
            well();
        }
        if (news && !scope.equals(askedScope)) {
            LOG.warnf(
                    "Connection %s: the granted scope is \"%s\", not \"%s\" as asked for. Compare the integrations of the "
                            + "application in the Developer Portal",
                    connection, scope, askedScope);
        }
    }

    /** Nothing is wrong with tokens, or no longer. */
    void well() {
        conditions.over(connection).ifPresent(lasted -> LOG.infof("Connection %s: tokens are renewed again, after %s",
                connection, Words.time(lasted)));
    }

    void failed(Problem why, Duration left, Duration next) {
        count(why.code());
        LOG.logf(conditions.isNews(connection, why.code()) ? Logger.Level.WARN : Logger.Level.DEBUG,
                "Connection %s: no new token. %s %s The next attempt is in %s.", connection, why.message(),
                left.isZero()
                        ? "There is no valid token."
                        : "The present token is valid for another " + Words.time(left) + ".",
                Words.time(next));
    }

    /** @param news whether it was not so before */
    void withdrawn(boolean news, Problem why) {
        if (news) {
            count(why.code());
        }
        if (conditions.isNews(connection, why.message())) {
            LOG.warnf("Connection %s: no token. %s", connection, why.message());
        }
    }

    void rejected() {
        LOG.warnf("Connection %s: the API refused a token that was still valid; a new one is requested", connection);
    }

    void lifetime(Duration assumed) {
        LOG.warnf(
                "Connection %s: Visma Connect does not say how long a token is valid (expires_in), and the API refused "
                        + "one after %s. From now on this is taken as its lifetime",
                connection, Words.time(assumed));
    }

    void unexpected(Throwable thrown) {
        if (conditions.isNews(connection, thrown.getClass().getName())) {
            LOG.errorf(RedactedFault.of(thrown),
                    "Connection %s: a request for a token failed in a way that should not happen (%s). %s", connection,
                    ErrorCode.UNEXPECTED.code(), ErrorCode.UNEXPECTED.nextStep());
        }
        try {
            count(ErrorCode.UNEXPECTED.code());
        } catch (RuntimeException e) {
            // nothing can be counted
        }
    }

    private void count(String outcome) {
        metrics.counter("nxt_token_renewals", "connection", connection, "outcome", outcome).increment();
    }
}
