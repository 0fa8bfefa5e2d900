package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.trace.TraceSpan;

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
final class RenewingTokens implements Tokens {
    /** After which it is asked again, unasked for, whether a person has signed in. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    private final String connection;
    private final TokenRequest request;
    private final RenewalTimes times;
    private final LongSupplier clock;
    private final RenewalReport report;

    private final AssumedLifetime assumed = new AssumedLifetime();
    private @Nullable AccessToken token;
    /** Whether the answer with the token did not say how long it is good. */
    private boolean lifeAssumed;
    /** Whether the API has let the token pass. */
    private volatile boolean worked;
    private @Nullable Problem failure;
    private int failures;
    /** Since there was a good token last. */
    private boolean failed;
    private int rejections;
    private boolean everIssued;
    private boolean closed;
    private boolean requesting;
    /** Whether the next attempt was set since the last request has ended. */
    private boolean appointed;
    /** Whether another request is to follow the one that is under way. */
    private boolean again;
    private final WakeTime next;

    RenewingTokens(RenewalReport report, TokenRequest request, RenewalTimes times, ScheduledExecutorService executor,
            LongSupplier clock) {
        this.report = report;
        this.connection = report.connection();
        this.request = request;
        this.times = times;
        this.clock = clock;
        this.next = new WakeTime(this::request, executor, clock);
        report.metrics().gauge("nxt_token_expires_in_seconds",
                io.micrometer.core.instrument.Tags.of("connection", connection), this,
                tokens -> tokens.status().expiresIn().toMillis() / 1000.0);
    }

    /** Asks for the first token. */
    void start() {
        schedule(Duration.ZERO);
    }

    /** The token may no longer be good: a new one is asked for. */
    synchronized void wake() {
        again = requesting;
        if (valid() == null) {
            failure = null;
        }
        schedule(Duration.ZERO);
    }

    /**
     * What stood in the way may be gone: an attempt that waits for its time is made now, and callers wait for it; one that is
     * under way, and may have begun before, is followed by another.
     */
    synchronized void retry() {
        if (failure != null || requesting) {
            again = requesting;
            failures = 0;
            if (valid() == null && !waitsForPerson()) {
                failure = null;
            }
            schedule(Duration.ZERO);
        }
    }

    /** As {@link #wake}, and the token in use is used no more, as when a person has signed in. */
    synchronized void begin() {
        token = null;
        wake();
    }

    synchronized void close() {
        closed = true;
        next.cancel();
        notifyAll();
    }

    @Override
    public synchronized Current current() {
        try {
            boolean waited = false;
            while (true) {
                var valid = valid();
                if (valid != null) {
                    return new Valid(valid);
                }
                var reason = failure;
                if (closed || reason != null) {
                    return new NoToken(
                            reason == null ? new Problem(ErrorCode.UNAVAILABLE, "The daemon is stopping.") : reason,
                            next.left());
                }
                if (!waited && everIssued) {
                    report.waited();
                }
                waited = true;
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new NoToken(new Problem(ErrorCode.UNAVAILABLE, "The wait for a token was interrupted."),
                    Duration.ZERO);
        }
    }

    @Override
    public synchronized void rejected(AccessToken refused) {
        if (!refused.equals(token)) {
            return;
        }
        token = null;
        rejections++;
        if (rejections == 1) {
            report.rejected();
            if (worked && lifeAssumed) {
                assumed.refused(Duration.ofNanos(clock.getAsLong() - refused.requestedAt()));
            }
            failure = null;
            schedule(Duration.ZERO);
        } else {
            assumed.acquit();
            failed(new Problem(ErrorCode.TOKEN_REJECTED,
                    "The API refuses fresh tokens (HTTP 401). " + ErrorCode.TOKEN_REJECTED.nextStep()),
                    Optional.empty());
        }
    }

    @Override
    public void accepted(AccessToken passed) {
        if (!worked) {
            synchronized (this) {
                if (passed.equals(token)) {
                    worked = true;
                    failures = rejections > 0 ? 0 : failures;
                    rejections = 0;
                    report.well();
                    if (assumed.worked()) {
                        report.lifetime(assumed.get());
                        // the life of this one was assumed too long
                        again = requesting;
                        schedule(Duration.ZERO);
                    }
                }
            }
        }
    }

    @Override
    public boolean waitsForPerson() {
        return status().waitsForPerson();
    }

    public synchronized TokenStatus status() {
        var valid = Optional.ofNullable(valid());
        long now = clock.getAsLong();
        return new TokenStatus(connection, valid.map(each -> Duration.ofNanos(now - each.requestedAt())),
                valid.map(each -> Duration.ofNanos(each.expiresAt() - now)).orElse(Duration.ZERO),
                Optional.ofNullable(failure), next.left(), report.askedScope(), valid.map(AccessToken::scope),
                failures);
    }

    private @Nullable AccessToken valid() {
        var known = token;
        return known != null && clock.getAsLong() - known.expiresAt() < 0 ? known : null;
    }

    /** Whatever is thrown, and wherever, there is a next attempt before anybody is told. */
    private void request() {
        MDC.put("connection", connection);
        try (var trace = report.begin()) {
            trace.outcome(attempt());
        } catch (Throwable e) {
            // not left to the executor: the next appointment cancels this one, and so what is thrown from it
            OutOfMemory.endIfCauseOf(e);
            unexpected(e);
        } finally {
            MDC.remove("connection");
        }
    }

    /** Answers what came of it. */
    private String attempt() {
        Duration atMost;
        synchronized (this) {
            if (closed || requesting) {
                return TraceSpan.CUT_SHORT;
            }
            requesting = true;
            appointed = false;
            atMost = times.request(left());
        }
        long sentAt = clock.getAsLong();
        TokenRequest.TokenResult result = request.send(atMost);
        synchronized (this) {
            requesting = false;
            if (closed) {
                // it was interrupted, which is no failure that anybody has to know of
                return TraceSpan.CUT_SHORT;
            }
            if (result instanceof TokenRequest.Granted granted) {
                granted(granted, sentAt, true);
            } else if (result instanceof TokenRequest.Loaded loaded) {
                granted(loaded.token(), sentAt, false);
            } else if (result instanceof TokenRequest.Withdrawn withdrawn) {
                withdrawn(withdrawn.why());
            } else if (result instanceof TokenRequest.Refused refused) {
                failed(refused.failure(), refused.retryAfter());
            }
            if (again) {
                again = false;
                schedule(Duration.ZERO);
            }
            return failure == null ? "ok" : failure.code();
        }
    }

    private void unexpected(Throwable thrown) {
        synchronized (this) {
            requesting = false;
            again = false;
            if (closed) {
                return;
            }
            if (!appointed) {
                failures++;
                schedule(times.afterFailure(failures, left(), Optional.empty()));
            }
            failure = Problem.unexpected("The request for a token", thrown);
        }
        report.unexpected(thrown);
    }

    private void granted(TokenRequest.Granted granted, long sentAt, boolean renewed) {
        var flaw = TokenSyntax.refusal(granted.accessToken());
        if (flaw.isPresent()) {
            failed(flaw.get(), Optional.empty());
            return;
        }
        Duration lifetime = granted.expiresIn().orElseGet(assumed::get);
        Duration left = lifetime.minusNanos(clock.getAsLong() - sentAt);
        if (left.compareTo(Duration.ZERO) <= 0) {
            failed(Lifetime.over(lifetime), Optional.empty());
            return;
        }
        String scope = Scopes.granted(granted.scope(), report.askedScope());
        boolean news = failure != null || !everIssued;
        token = new AccessToken(granted.accessToken(), scope, sentAt, sentAt + lifetime.toNanos());
        lifeAssumed = granted.expiresIn().isEmpty();
        worked = false;
        failure = null;
        // a token that may be refused as the one before does not end a row of failures
        failures = rejections == 0 ? 0 : failures;
        everIssued = true;
        Duration wait = times.afterSuccess(lifetime, left);
        schedule(wait);
        report.granted(renewed, news, rejections == 0, scope, left, wait);
        if (failed && rejections == 0) {
            failed = false;
            report.recovered().run();
        }
    }

    private void failed(Problem why, Optional<Duration> retryAfter) {
        failures++;
        failed = true;
        failure = why;
        Duration left = left();
        Duration wait = times.afterFailure(failures, left, retryAfter);
        schedule(wait);
        report.failed(why, left, wait);
    }

    /** What follows is up to a person. */
    private void withdrawn(Problem why) {
        var before = failure;
        boolean news = token != null || before == null || before.errorCode() != why.errorCode();
        token = null;
        failure = why;
        failures = 0;
        rejections = 0;
        schedule(LOOK_AGAIN);
        report.withdrawn(news, why);
    }

    private Duration left() {
        var valid = valid();
        return valid == null ? Duration.ZERO : Duration.ofNanos(valid.expiresAt() - clock.getAsLong());
    }

    /** Sets the next attempt, and has those look who wait. */
    private synchronized void schedule(Duration delay) {
        if (closed) {
            return;
        }
        appointed = !requesting;
        notifyAll();
        next.in(delay);
    }
}
