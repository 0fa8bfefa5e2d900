package dev.nxtsync.signin;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.signin.UserGrant.RefreshTokenKind;
import dev.nxtsync.token.Refresh;
import dev.nxtsync.token.RefreshTokenIssuer;
import dev.nxtsync.token.TokenRequest;
import dev.nxtsync.token.UserTokenSet;

/**
 * The tokens of one connection of a user, which all replicas share. A refresh token is used by one of them at a time:
 * <ol>
 * <li>It is marked as sent, then sent, and what the answer brings is stored before it is used.
 * <li>A mark without an answer means that the token may be consumed. One that is re-used is sent again without harm. A one-time
 * token is sent once more by a process, as long as Visma Connect's grace period lasts; else the answer is waited for, which
 * another process may have, until the server's time limit, and then a person has to sign in.
 * <li>It is sent to the issuer that it came from, and to no other.
 * <li>An answer is stored if the row still holds the token that it replaces, whoever holds the unit by then.
 * </ol>
 * For one thread at a time.
 */
final class RefreshTokens implements TokenRequest {
    private static final Logger LOG = Logger.getLogger(RefreshTokens.class);
    /** Below this share of an access token's life another is asked for. */
    private static final int OLD = 4;
    /** From the mark to the sending. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);
    private static final Duration STEP = Duration.ofMillis(200);

    private final Settings.Connection connection;
    private final Duration timeLimit;
    private final UserGrants grants;
    private final GrantTokens tokens;
    private final RefreshTokenIssuer issuer;
    private final Runnable mended;
    private volatile Seen seen = Seen.NOTHING;
    private @Nullable Unstored unstored;
    private @Nullable Unsent unsent;

    /** How the grant was when it was looked at last. */
    record Seen(long generation, boolean needed) {
        static final Seen NOTHING = new Seen(-1, true);

        static Seen of(UserGrant grant) {
            return new Seen(grant.generation(), grant.needed().isPresent());
        }

        boolean isNewerThan(Seen other) {
            return generation > other.generation || (generation == other.generation && needed != other.needed);
        }
    }

    /** An answer that could not be stored yet. */
    private record Unstored(UserGrant sent, UserTokenSet answer, String refreshToken, RefreshTokenKind kind,
            long askedAt) {
        @Override
        public String toString() {
            return "Unstored";
        }
    }

    /** A mark that may be there, although nothing was sent, or nothing came of it. */
    private record Unsent(Claim claim, long generation, boolean repeat) {}

    /** @param mended is told when an answer has lifted that a person has to sign in */
    RefreshTokens(Settings.Connection connection, Duration timeLimit, UserGrants grants, GrantTokens tokens,
            RefreshTokenIssuer issuer, Runnable mended) {
        this.connection = connection;
        this.timeLimit = timeLimit;
        this.grants = grants;
        this.tokens = tokens;
        this.issuer = issuer;
        this.mended = mended;
    }

    /** How the grant was when it was looked at last. Safe for any thread. */
    Seen seen() {
        return seen;
    }

    @Override
    public TokenResult send(Duration atMost) {
        try {
            long begun = System.nanoTime();
            while (true) {
                var result = storeWhatIsNot();
                unmark();
                if (result.isEmpty()) {
                    result = attempt();
                }
                if (result.isPresent()) {
                    return fromBeginning(result.get(), Duration.ofNanos(System.nanoTime() - begun));
                }
                // somebody else is at it, or an answer is waited for
                if (System.nanoTime() - begun > timeLimit.plus(atMost).toNanos() || Thread.interrupted()) {
                    return new Refused(new Problem(ErrorCode.TOKEN_SLOW,
                            "Another replica is renewing the token. " + ErrorCode.TOKEN_SLOW.nextStep()));
                }
                LockSupport.parkNanos(STEP.toNanos());
            }
        } catch (SQLException e) {
            return new Refused(DatabaseFault.of(e));
        } catch (TokenEncryption.Locked e) {
            return new Refused(e.reason());
        }
    }

    /** The same, with a life that begins when it was asked for, as whoever asks takes it. */
    private static TokenResult fromBeginning(TokenResult result, Duration since) {
        if (result instanceof Loaded loaded) {
            return new Loaded(fromBeginning(loaded.token(), since));
        }
        return result instanceof Granted granted ? fromBeginning(granted, since) : result;
    }

    private static Granted fromBeginning(Granted granted, Duration since) {
        return new Granted(granted.accessToken(), granted.expiresIn().map(since::plus), granted.scope());
    }

    /** Empty if it is worth another look in a moment. */
    private Optional<TokenResult> attempt() throws SQLException, TokenEncryption.Locked {
        var known = grants.find(connection.name());
        var had = shared(known);
        if (had.isPresent()) {
            return had;
        }
        AfterMark next = afterMark(known.orElseThrow());
        if (next == AfterMark.WAIT) {
            return Optional.empty();
        }
        if (next == AfterMark.GIVE_UP) {
            // whoever holds the unit: no answer has come in time, and one that comes late is stored all the same
            return gaveUp(known.get(), SignInNeeded.lost(connection));
        }
        if (grants.claim(connection.name()) instanceof Claims.Claimed claimed) {
            try {
                return held(claimed.claim());
            } catch (StaleClaim e) {
                LOG.debugf("%s", e.getMessage());
            } finally {
                release(claimed.claim());
            }
        }
        return Optional.empty();
    }

    private void release(Claim claim) {
        try {
            grants.release(claim);
        } catch (SQLException e) {
            LOG.debugf("%s is freed, or claimed anew, at the next attempt: %s", claim, e.getMessage());
        }
    }

    /** What the store has already: a token that another replica has brought, or that a person has to sign in. */
    private Optional<TokenResult> shared(Optional<UserGrant> known) throws TokenEncryption.Locked {
        if (known.isEmpty()) {
            seen = Seen.NOTHING;
            return Optional.of(new Withdrawn(SignInNeeded.never(connection)));
        }
        var grant = known.get();
        if (grant.needed().isPresent()) {
            seen = Seen.of(grant);
            return Optional.of(new Withdrawn(grant.needed().get()));
        }
        if (grant.isOfAnother(issuer.issuer())) {
            // not stored, so that it is good again where that setting is put back
            seen = Seen.of(grant);
            return Optional.of(
                    new Withdrawn(SignInNeeded.elsewhere(connection, grant.issuer().orElseThrow(), issuer.issuer())));
        }
        // the first refresh tells which kind of token it is, while the person who has just signed in is still there
        boolean had = grant.generation() == seen.generation() || grant.kind().isEmpty()
                || grant.accessLeft().multipliedBy(OLD).compareTo(grant.accessLife()) < 0;
        // whatever comes of it: what was looked at is no news, which would end each back-off
        seen = Seen.of(grant);
        return had
                ? Optional.empty()
                : Optional.of(new Loaded(new Granted(tokens.accessToken(grant), Optional.of(grant.accessLeft()),
                        Optional.of(grant.scope()))));
    }

    private Optional<TokenResult> held(Claim claim) throws SQLException, TokenEncryption.Locked {
        // once more, since the holder before may have just been here
        var known = grants.find(connection.name());
        var had = shared(known);
        if (had.isPresent() || known.isEmpty()) {
            return had;
        }
        UserGrant grant = known.get();
        AfterMark next = afterMark(grant);
        if (next == AfterMark.WAIT || next == AfterMark.GIVE_UP) {
            return Optional.empty();
        }
        boolean repeat = next == AfterMark.REPEAT;
        String refreshToken = tokens.refreshToken(grant);
        // before the mark, after which nothing may take long
        var away = issuer.away();
        if (away.isPresent()) {
            return Optional.of(new Refused(away.get()));
        }
        unsent = new Unsent(claim, grant.generation(), repeat);
        long marking = System.nanoTime();
        if (!grants.begin(claim, grant.generation(), issuer.issuer(), repeat)) {
            return Optional.empty();
        }
        if (System.nanoTime() - marking > AT_ONCE.toNanos()) {
            // this process stood still: others may have used the token meanwhile, or given it up
            unmark();
            return Optional.empty();
        }
        unsent = null;
        long askedAt = System.nanoTime();
        return judged(claim, grant, refreshToken, issuer.refresh(refreshToken, timeLimit), repeat, askedAt);
    }

    private static boolean isReused(UserGrant grant) {
        return grant.kind().filter(RefreshTokenKind.RE_USE::equals).isPresent();
    }

    private enum AfterMark {
        SEND, REPEAT, WAIT, GIVE_UP
    }

    /** What to do with a token that may have been sent, and whose answer is not there. */
    private AfterMark afterMark(UserGrant grant) {
        if (grant.pending().isEmpty() || isReused(grant)) {
            return AfterMark.SEND;
        }
        Duration since = grant.pending().orElseThrow();
        Duration grace = connection.refreshGrace();
        // not at once, as a server that has just failed will again; nor at the very end, as a request takes its time
        if (since.compareTo(grace.multipliedBy(9).dividedBy(10)) < 0) {
            // whoever has repeated it may turn out to be dead
            return grant.repeated() || since.compareTo(grace.dividedBy(4)) < 0 ? AfterMark.WAIT : AfterMark.REPEAT;
        }
        return grant.lastSent().compareTo(timeLimit) < 0 ? AfterMark.WAIT : AfterMark.GIVE_UP;
    }

    /** Takes a mark back of which it is certain that it stands for nothing, now or as soon as the database is back. */
    private void unmark() throws SQLException {
        var mark = unsent;
        if (mark != null) {
            grants.unused(mark.claim(), mark.generation(), mark.repeat());
            unsent = null;
        }
    }

    private Optional<TokenResult> judged(Claim claim, UserGrant grant, String sent, Refresh answer, boolean repeat,
            long askedAt) throws SQLException, TokenEncryption.Locked {
        if (answer instanceof Refresh.Refreshed refreshed) {
            String next = refreshed.tokens().refreshToken().orElse(sent);
            unstored = new Unstored(grant, refreshed.tokens(), next,
                    next.equals(sent) ? RefreshTokenKind.RE_USE : RefreshTokenKind.ONE_TIME, askedAt);
            return storeWhatIsNot();
        }
        if (answer instanceof Refresh.Unused unused) {
            unsent = new Unsent(claim, grant.generation(), repeat);
            unmark();
            return Optional.of(new Refused(unused.reason(), unused.retryAfter()));
        }
        if (answer instanceof Refresh.Lost lost) {
            return Optional.of(new Refused(lost.reason()));
        }
        // the store decides: if it has another token by now, that one is tried
        return gaveUp(grant, SignInNeeded.refused(connection));
    }

    private Optional<TokenResult> gaveUp(UserGrant grant, Problem why) throws SQLException {
        if (!grants.refuse(grant.connection(), grant.generation(), why)) {
            return Optional.empty();
        }
        seen = new Seen(grant.generation(), true);
        return Optional.of(new Withdrawn(why));
    }

    /** Stores an answer, now or as soon as the database is back: it may be the only way on. */
    private Optional<TokenResult> storeWhatIsNot() throws SQLException, TokenEncryption.Locked {
        var answer = unstored;
        if (answer == null) {
            return Optional.empty();
        }
        String scope = answer.answer().scope().orElse(answer.sent().scope());
        Duration age = Duration.ofNanos(System.nanoTime() - answer.askedAt());
        var sealed = tokens.sealed(connection.name(), answer.answer(), answer.refreshToken(), scope);
        var kept = grants.keep(connection.name(), answer.sent().generation(), sealed, answer.kind(), age);
        unstored = null;
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        if (kept.get().lifted()) {
            mended.run();
        }
        seen = new Seen(kept.get().generation(), false);
        return Optional.of(new Granted(answer.answer().accessToken(), Optional.of(sealed.accessLife().minus(age)),
                Optional.of(scope)));
    }
}
