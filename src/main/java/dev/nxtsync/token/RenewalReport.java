package dev.nxtsync.token;

import java.time.Duration;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;
import dev.nxtsync.trouble.Wordless;

/** What is told of a connection's renewals, in the log and as metrics. */
record RenewalReport(String connection, String askedScope, MeterRegistry metrics) {
    private static final Logger LOG = Logger.getLogger(RenewingTokens.class);

    RenewalReport {
        metrics.counter("nxt_token_waits", "connection", connection);
    }

    /** A call waits for a token. */
    void waited() {
        metrics.counter("nxt_token_waits", "connection", connection).increment();
    }

    /**
     * @param renewed whether the token was asked for; it is as another process left it else
     * @param news whether there was none before
     */
    void granted(boolean renewed, boolean news, String scope, Duration left, Duration next) {
        if (renewed) {
            count("ok");
        }
        LOG.infof("Connection %s: %s, valid for %d s, next renewal in %d s", connection,
                news ? "signed in" : renewed ? "token renewed" : "token taken over from another process",
                Math.round(left.toMillis() / 1000.0), Math.round(next.toMillis() / 1000.0));
        if (news && !scope.equals(askedScope)) {
            LOG.warnf(
                    "Connection %s: the granted scope is \"%s\", not the asked \"%s\"; compare the integrations of the "
                            + "application in the Developer Portal",
                    connection, scope, askedScope);
        }
    }

    void failed(boolean news, Reason why, Duration left, Duration next) {
        count(why.code());
        LOG.logf(news ? Logger.Level.WARN : Logger.Level.DEBUG,
                "Connection %s: no new token. %s %s The next attempt is in %d ms.", connection, why.message(),
                left.isZero()
                        ? "There is no valid token."
                        : "The present token is valid for another " + left.toSeconds() + " s.",
                next.toMillis());
    }

    void withdrawn(Reason why) {
        count(why.code());
        LOG.warnf("Connection %s: no token. %s", connection, why.message());
    }

    void rejected() {
        LOG.warnf("Connection %s: the API refused a token that was still valid; a new one is asked for", connection);
    }

    void lifetime(Duration assumed) {
        LOG.warnf(
                "Connection %s: Visma Connect does not say how long a token is good (expires_in), and the API refused "
                        + "one after %d s, so that this is taken as its life from now on",
                connection, assumed.toSeconds());
    }

    void unexpected(Throwable thrown) {
        LOG.errorf(Wordless.of(thrown),
                "Connection %s: a request for a token failed in a way that should not happen (%s). %s", connection,
                Trouble.UNEXPECTED.code(), Trouble.UNEXPECTED.nextStep());
        try {
            count(Trouble.UNEXPECTED.code());
        } catch (RuntimeException e) {
            // nothing can be counted
        }
    }

    private void count(String outcome) {
        metrics.counter("nxt_token_renewals", "connection", connection, "outcome", outcome).increment();
    }
}
