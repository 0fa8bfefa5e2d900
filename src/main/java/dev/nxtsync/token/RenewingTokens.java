package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;
import dev.nxtsync.trouble.Wordless;

/**
 * Renews a connection's token by the clock.
 * <ol>
 * <li>While a token is valid, {@link #current} returns it at once, whatever a renewal is doing.
 * <li>One request is under way at a time, however many callers there are.
 * <li>A failed request never takes a valid token away; the next one follows after a back-off.
 * <li>Callers wait only where no request has failed since there was a token: at the start and after a refused token.
 * <li>A fresh token that is refused too counts as a failure, so that a 401 cannot make requests follow each other.
 * <li>Where a person has to sign in, nothing is asked for until {@link #wake}; a token in use is then used no more.
 * </ol>
 */
public final class RenewingTokens implements Tokens {
    private static final Logger LOG = Logger.getLogger(RenewingTokens.class);
    /** Where an answer has no {@code expires_in}. */
    public static final Duration ASSUMED_LIFETIME = Duration.ofMinutes(5);
    /** After which it is asked again, unasked for, whether a person has signed in. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    private final String connection;
    private final String askedScope;
    private final TokenRequest request;
    private final RenewalTimes times;
    private final ScheduledExecutorService executor;
    private final LongSupplier clock;
    private final MeterRegistry metrics;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable AccessToken token;
    private @Nullable Reason failure;
    private int failures;
    private int rejections;
    private boolean everIssued;
    private boolean closed;
    private boolean requesting;
    /** Whether the next attempt was set since the last request has ended. */
    private boolean appointed;
    /** Whether another request is to follow the one that is under way. */
    private boolean again;
    private long nextAttempt;
    private @Nullable ScheduledFuture<?> scheduled;

    RenewingTokens(String connection, String askedScope, TokenRequest request, RenewalTimes times,
            ScheduledExecutorService executor, LongSupplier clock, MeterRegistry metrics) {
        this.connection = connection;
        this.askedScope = askedScope;
        this.request = request;
        this.times = times;
        this.executor = executor;
        this.clock = clock;
        this.metrics = metrics;
        metrics.counter("nxt_token_waits", "connection", connection);
        metrics.gauge("nxt_token_expires_in_seconds", io.micrometer.core.instrument.Tags.of("connection", connection),
                this, tokens -> tokens.status().expiresIn().toMillis() / 1000.0);
    }

    /**
     * A connection's token as an operator sees it.
     *
     * @param age since its request; empty where there is no valid token
     * @param expiresIn how long it is still valid; zero where there is none
     * @param nextAttempt until the next request for one
     */
    public record Status(String connection, Optional<Duration> age, Duration expiresIn, Optional<Reason> lastError,
            Duration nextAttempt, String askedScope, Optional<String> grantedScope) {

        /** Whether there will be no token before a person has signed in. */
        public boolean waitsForPerson() {
            return lastError.filter(error -> error.trouble() == Trouble.SIGN_IN_NEEDED).isPresent();
        }
    }

    /** Asks for the first token. */
    void start() {
        schedule(Duration.ZERO);
    }

    /** What is known of the token may be no longer so: it is asked for anew. */
    void wake() {
        lock.lock();
        try {
            again = requesting;
            if (valid() == null) {
                failure = null;
            }
            schedule(Duration.ZERO);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #wake}, and the token in use is used no more, as when a person has signed in. */
    void begin() {
        lock.lock();
        try {
            token = null;
            wake();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            cancel();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Current current() {
        lock.lock();
        try {
            boolean waited = false;
            while (true) {
                var valid = valid();
                if (valid != null) {
                    return valid;
                }
                var reason = failure;
                if (closed || reason != null) {
                    return new Unavailable(
                            reason == null ? new Reason(Trouble.UNAVAILABLE, "The daemon is stopping.") : reason,
                            Duration.ofNanos(nextAttempt - clock.getAsLong()));
                }
                if (!waited && everIssued) {
                    metrics.counter("nxt_token_waits", "connection", connection).increment();
                }
                waited = true;
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Unavailable(new Reason(Trouble.UNAVAILABLE, "The wait for a token was interrupted."),
                    Duration.ZERO);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void rejected(AccessToken refused) {
        lock.lock();
        try {
            if (!refused.equals(token)) {
                return;
            }
            token = null;
            rejections++;
            if (rejections == 1) {
                LOG.warnf("Connection %s: the API refused a token that was still valid; a new one is asked for",
                        connection);
                failure = null;
                schedule(Duration.ZERO);
            } else {
                failed(new Reason(Trouble.TOKEN_REJECTED,
                        "The API refuses fresh tokens (HTTP 401). " + Trouble.TOKEN_REJECTED.nextStep()));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void accepted(AccessToken passed) {
        if (rejections > 0) {
            lock.lock();
            try {
                if (passed.equals(token)) {
                    rejections = 0;
                    failures = 0;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public boolean waitsForPerson() {
        return status().waitsForPerson();
    }

    public Status status() {
        lock.lock();
        try {
            var valid = Optional.ofNullable(valid());
            long now = clock.getAsLong();
            return new Status(connection, valid.map(each -> Duration.ofNanos(now - each.requestedAt())),
                    valid.map(each -> Duration.ofNanos(each.expiresAt() - now)).orElse(Duration.ZERO),
                    Optional.ofNullable(failure), Duration.ofNanos(Math.max(0, nextAttempt - now)), askedScope,
                    valid.map(AccessToken::scope));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable AccessToken valid() {
        var known = token;
        return known != null && clock.getAsLong() - known.expiresAt() < 0 ? known : null;
    }

    /** Whatever is thrown, and wherever, there is a next attempt before anybody is told. */
    private void request() {
        MDC.put("connection", connection);
        try {
            attempt();
        } catch (Throwable e) {
            // not left to the executor: the next appointment cancels this one, and so what is thrown from it
            OutOfMemory.endIfCauseOf(e);
            unexpected(e);
        } finally {
            MDC.remove("connection");
        }
    }

    private void attempt() {
        Duration atMost;
        lock.lock();
        try {
            if (closed || requesting) {
                return;
            }
            requesting = true;
            appointed = false;
            atMost = times.request(left());
        } finally {
            lock.unlock();
        }
        long sentAt = clock.getAsLong();
        TokenRequest.Result result = request.send(atMost);
        lock.lock();
        try {
            requesting = false;
            if (closed) {
                // it was interrupted, which is no failure that anybody has to know of
                return;
            }
            if (result instanceof TokenRequest.Granted granted) {
                granted(granted, sentAt);
            } else if (result instanceof TokenRequest.Withdrawn withdrawn) {
                withdrawn(withdrawn.why());
            } else {
                failed(((TokenRequest.Refused) result).failure());
            }
            if (again) {
                again = false;
                schedule(Duration.ZERO);
            }
        } finally {
            lock.unlock();
        }
    }

    private void unexpected(Throwable thrown) {
        lock.lock();
        try {
            requesting = false;
            again = false;
            if (closed) {
                return;
            }
            if (!appointed) {
                failures++;
                schedule(times.afterFailure(failures, left()));
            }
            failure = new Reason(Trouble.UNEXPECTED, "The request for a token failed: "
                    + thrown.getClass().getSimpleName() + ". " + Trouble.UNEXPECTED.nextStep());
        } finally {
            lock.unlock();
        }
        LOG.errorf(Wordless.of(thrown),
                "Connection %s: a request for a token failed in a way that should not happen (%s). %s", connection,
                Trouble.UNEXPECTED.code(), Trouble.UNEXPECTED.nextStep());
        try {
            count(Trouble.UNEXPECTED.code());
        } catch (RuntimeException e) {
            // nothing can be counted
        }
    }

    private void granted(TokenRequest.Granted granted, long sentAt) {
        var flaw = TokenSyntax.refusal(granted.accessToken());
        if (flaw.isPresent()) {
            failed(flaw.get());
            return;
        }
        Duration lifetime = granted.expiresIn().orElse(ASSUMED_LIFETIME);
        Duration left = lifetime.minusNanos(clock.getAsLong() - sentAt);
        if (left.compareTo(Duration.ZERO) <= 0) {
            failed(Lifetime.over(lifetime));
            return;
        }
        String scope = Scopes.granted(granted.scope(), askedScope);
        boolean news = failure != null || !everIssued;
        token = new AccessToken(granted.accessToken(), scope, sentAt, sentAt + lifetime.toNanos());
        failure = null;
        // a token that may be refused as the one before does not end a row of failures
        failures = rejections == 0 ? 0 : failures;
        everIssued = true;
        Duration next = times.afterSuccess(lifetime, left);
        schedule(next);
        count("ok");
        LOG.infof("Connection %s: %s, valid for %d s, next renewal in %d s", connection,
                news ? "signed in" : "token renewed",
                Math.round(left.toMillis() / 1000.0), Math.round(next.toMillis() / 1000.0));
        if (news && !scope.equals(askedScope)) {
            LOG.warnf(
                    "Connection %s: the granted scope is \"%s\", not the asked \"%s\"; compare the integrations of the "
                            + "application in the Developer Portal",
                    connection, scope, askedScope);
        }
    }

    private void failed(Reason why) {
        failures++;
        boolean news = failures <= 3 || failures % 10 == 0 || failure == null
                || failure.trouble() != why.trouble();
        failure = why;
        Duration left = left();
        Duration next = times.afterFailure(failures, left);
        schedule(next);
        count(why.code());
        LOG.logf(news ? Logger.Level.WARN : Logger.Level.DEBUG,
                "Connection %s: no new token. %s %s The next attempt is in %d ms.", connection, why.message(),
                left.isZero()
                        ? "There is no valid token."
                        : "The present token is valid for another " + left.toSeconds() + " s.",
                next.toMillis());
    }

    /** Told once: what follows is up to a person. */
    private void withdrawn(Reason why) {
        var before = failure;
        boolean news = token != null || before == null || before.trouble() != why.trouble();
        token = null;
        failure = why;
        failures = 0;
        rejections = 0;
        schedule(LOOK_AGAIN);
        if (news) {
            count(why.code());
            LOG.warnf("Connection %s: no token. %s", connection, why.message());
        }
    }

    private void count(String outcome) {
        metrics.counter("nxt_token_renewals", "connection", connection, "outcome", outcome).increment();
    }

    private Duration left() {
        var valid = valid();
        return valid == null ? Duration.ZERO : Duration.ofNanos(valid.expiresAt() - clock.getAsLong());
    }

    /** Sets the next attempt, and has those look who wait. */
    private void schedule(Duration delay) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            appointed = !requesting;
            changed.signalAll();
            cancel();
            nextAttempt = clock.getAsLong() + delay.toNanos();
            scheduled = executor.schedule(this::request, delay.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            lock.unlock();
        }
    }

    private void cancel() {
        var previous = scheduled;
        if (previous != null) {
            previous.cancel(false);
        }
    }
}
