package dev.nxtsync.signin;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.WorkUnit;

/**
 * What persons' sign-ins have left. A refresh token is used by whoever holds the connection's unit; what came of it is stored
 * by whoever has it, as long as the row still holds the token that was sent.
 */
@Singleton
public class UserGrants {
    private static final String UNDEFINED_TABLE = "42P01";

    private final Database database;
    private final Claims claims;

    public UserGrants(Database database, Claims claims) {
        this.database = database;
        this.claims = claims;
    }

    /** Empty if nobody has ever signed in. */
    public Optional<UserGrant> find(String connection) throws SQLException {
        return find(List.of(connection)).stream().findFirst();
    }

    public List<UserGrant> find(Collection<String> connections) throws SQLException {
        try {
            return select(connections);
        } catch (SQLException e) {
            if (UNDEFINED_TABLE.equals(e.getSQLState())) {
                // no daemon of this version has been here yet, so that nobody can have signed in
                return List.of();
            }
            throw e;
        }
    }

    /** The issuer is read in a way that needs no such column: a command may come before the daemon that makes it. */
    private List<UserGrant> select(Collection<String> connections) throws SQLException {
        return database.inTransaction(transaction -> {
            return transaction
                    .createQuery(
                            """
                                    select connection, generation, state, code, reason, subject, tenant, shown_name, scope, kind, refresh_token,
                                           access_token,
                                           coalesce(extract(epoch from access_expires_at - greatest(clock_timestamp(), refreshed_at)) * 1000, 0)::bigint,
                                           coalesce(extract(epoch from access_expires_at - refreshed_at) * 1000, 0)::bigint,
                                           authorized_at, refreshed_at,
                                           (extract(epoch from case when pending_at > clock_timestamp() then interval '1 day'
                                                                else clock_timestamp() - pending_at end) * 1000)::bigint,
                                           coalesce(abs(extract(epoch from clock_timestamp() - last_sent_at) * 1000), 0)::bigint,
                                           exists (select from nxt_sync.replica where replica.id = repeated_by
                                                   and %s),
                                           to_jsonb(user_grant) ->> 'issuer'
                                    from nxt_sync.user_grant where connection = any (:connection) order by connection"""
                                    .formatted(Replica.IS_ALIVE))
                    .bindArray("connection", String.class, connections).map((row, context) -> grant(row)).list();
        });
    }

    private static UserGrant grant(ResultSet row) throws SQLException {
        return new UserGrant(row.getString(1), row.getLong(2),
                row.getString(3).equals("needed")
                        ? Optional.of(Problem.kept(row.getString(4), row.getString(5)))
                        : Optional.empty(),
                Optional.ofNullable(row.getString(20)), Optional.ofNullable(row.getString(6)),
                Optional.ofNullable(row.getString(7)), text(row, 8), text(row, 9),
                UserGrant.RefreshTokenKind.of(text(row, 10)), text(row, 11), text(row, 12),
                Duration.ofMillis(row.getLong(13)), Duration.ofMillis(row.getLong(14)), Timestamps.instant(row, 15),
                Timestamps.instant(row, 16), Optional.ofNullable(row.getObject(17, Long.class)).map(Duration::ofMillis),
                Duration.ofMillis(row.getLong(18)), row.getBoolean(19));
    }

    private static String text(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).orElse("");
    }

    /** Claims the right to use the refresh token of a connection; it is given back with {@link #release}. */
    public Claims.ClaimResult claim(String connection) throws SQLException {
        return claims.claim(WorkUnit.ofToken(connection));
    }

    public void release(Claim claim) throws SQLException {
        claims.giveBack(claim);
    }

    /**
     * Marks, as the last thing before a refresh token is sent, that it is.
     *
     * @param issuer where it is sent; one that does not know where it came from is of this issuer from now on
     * @param repeat whether it was sent before, without an answer; the mark keeps the time of the first
     * @return whether the row still holds this token, and it is of this issuer
     * @throws StaleClaim if somebody else holds the unit
     */
    public boolean begin(Claim claim, long generation, String issuer, boolean repeat) throws SQLException {
        return database.durably(transaction -> {
            boolean marked = transaction.createUpdate(
                    """
                            update nxt_sync.user_grant
                            set pending_at = case when :repeat then pending_at else clock_timestamp() end,
                                last_sent_at = clock_timestamp(), pending_fence = :pendingFence,
                                repeated_by = case when :repeat then :holder end, issuer = :issuer
                            where connection = :connection and generation = :generation and state = 'signed_in' and coalesce(issuer, :issuer) = :issuer""")
                    .bind("repeat", repeat).bind("pendingFence", claim.fence()).bind("holder", claim.holder())
                    .bind("issuer", issuer).bind("connection", claim.connection()).bind("generation", generation)
                    .execute() == 1;
            Claims.check(transaction, claim);
            return marked;
        });
    }

    /**
     * Says that a refresh token was not used after all, unless it was sent under another claim since; of a repeat, that it may
     * be repeated once more.
     */
    public void unused(Claim claim, long generation, boolean repeat) throws SQLException {
        database.durably(transaction -> {
            return transaction.createUpdate("""
                    update nxt_sync.user_grant
                    set pending_at = case when :repeat then pending_at end, repeated_by = null
                    where connection = :connection and generation = :generation and pending_fence = :pendingFence""")
                    .bind("repeat", repeat).bind("connection", claim.connection()).bind("generation", generation)
                    .bind("pendingFence", claim.fence()).execute();
        });
    }

    /**
     * Says that a refresh token is good no longer, so that a person has to sign in.
     *
     * @return whether the row still held it
     */
    public boolean refuse(String connection, long generation, Problem why) throws SQLException {
        return database.durably(transaction -> {
            return transaction.createUpdate("""
                    update nxt_sync.user_grant set state = 'needed', code = :code, reason = :reason
                    where connection = :connection and generation = :generation and state = 'signed_in'""")
                    .bind("code", why.code()).bind("reason", Encoding.read(transaction).shown(why.message()))
                    .bind("connection", connection).bind("generation", generation).execute() == 1;
        });
    }

    /**
     * What a refresh has brought is stored.
     *
     * @param lifted whether a sign-in had been asked for, and is needed no more
     */
    public record Kept(long generation, boolean lifted) {}

    /**
     * Stores what a refresh has brought, whoever holds the unit by now, and also if a sign-in has been asked for meanwhile.
     *
     * @param generation of the token that was sent
     * @param age since the request was sent
     * @return empty if the row no longer holds that token
     */
    public Optional<Kept> keep(String connection, long generation, UserGrant.SealedTokens tokens,
            UserGrant.RefreshTokenKind kind, Duration age) throws SQLException {
        return database.durably(transaction -> {
            try (var keep = transaction.getConnection().prepareStatement(
                    """
                            update nxt_sync.user_grant kept
                            set generation = greatest(generation + 1, nextval('nxt_sync.fence')), refresh_token = ?, access_token = ?,
                                refreshed_at = clock_timestamp() - ? * interval '1 ms',
                                access_expires_at = clock_timestamp() + ? * interval '1 ms', scope = ?, kind = ?,
                                state = 'signed_in', code = null, reason = null, pending_at = null, pending_fence = null, repeated_by = null
                            from (select connection, state from nxt_sync.user_grant
                                  where connection = ? and generation = ? and refresh_token is not null for update) sent
                            where kept.connection = sent.connection
                            returning kept.generation, sent.state = 'needed'""")) {
                tokens(keep, 1, tokens, age);
                keep.setString(6, kind.text());
                keep.setString(7, connection);
                keep.setLong(8, generation);
                try (ResultSet row = keep.executeQuery()) {
                    return row.next() ? Optional.of(new Kept(row.getLong(1), row.getBoolean(2))) : Optional.empty();
                }
            }
        });
    }

    private static void tokens(PreparedStatement statement, int from, UserGrant.SealedTokens tokens, Duration age)
            throws SQLException {
        statement.setString(from, tokens.refreshToken());
        statement.setString(from + 1, tokens.accessToken());
        statement.setLong(from + 2, age.toMillis());
        statement.setLong(from + 3, tokens.accessLife().minus(age).toMillis());
        statement.setString(from + 4, tokens.scope());
    }

    /**
     * Stores what a sign-in has brought, unless somebody else is signed in.
     *
     * @return empty if it is stored; else who is signed in
     */
    public Optional<String> signedIn(String connection, UserGrant.Owner owner, UserGrant.SealedTokens tokens)
            throws SQLException {
        return database.durably(transaction -> {
            var other = other(transaction, connection, owner);
            if (other.isPresent()) {
                return other;
            }
            WorkUnit.declare(transaction, List.of(), List.of(WorkUnit.ofToken(connection)));
            try (var put = transaction.getConnection().prepareStatement(
                    """
                            insert into nxt_sync.user_grant (generation, refresh_token, access_token, refreshed_at, access_expires_at,
                                scope, state, issuer, subject, tenant, shown_name, authorized_at, connection)
                            values (nextval('nxt_sync.fence'), ?, ?, clock_timestamp() - ? * interval '1 ms',
                                clock_timestamp() + ? * interval '1 ms', ?, 'signed_in', ?, ?, ?, ?, clock_timestamp(), ?)
                            on conflict (connection) do update
                            set generation = greatest(user_grant.generation + 1, excluded.generation), refresh_token = excluded.refresh_token,
                                access_token = excluded.access_token, refreshed_at = excluded.refreshed_at,
                                access_expires_at = excluded.access_expires_at, scope = excluded.scope, state = excluded.state,
                                issuer = excluded.issuer, subject = excluded.subject, tenant = excluded.tenant, shown_name = excluded.shown_name,
                                authorized_at = excluded.authorized_at, kind = null, code = null, reason = null,
                                pending_at = null, pending_fence = null, repeated_by = null""")) {
                tokens(put, 1, tokens, Duration.ZERO);
                put.setString(6, owner.issuer());
                put.setString(7, owner.subject());
                put.setString(8, owner.tenant().orElse(null));
                put.setString(9, Encoding.read(transaction).shown(owner.shownName()));
                put.setString(10, connection);
                put.executeUpdate();
                return Optional.empty();
            }
        });
    }

    /** Who is signed in, if that is another person, or the same one at another tenant. */
    private static Optional<String> other(Handle transaction, String connection, UserGrant.Owner owner)
            throws SQLException {
        try (var select = transaction.getConnection().prepareStatement("""
                select subject, tenant, shown_name from nxt_sync.user_grant
                where connection = ? and subject is not null for update""")) {
            select.setString(1, connection);
            try (ResultSet row = select.executeQuery()) {
                // a tenant that was not told before is learned, one that is no longer told may be another
                boolean same = !row.next() || (row.getString(1).equals(owner.subject())
                        && (row.getString(2) == null || owner.tenant().filter(row.getString(2)::equals).isPresent()));
                return same
                        ? Optional.empty()
                        : Optional.of(row.getString(3) + Optional.ofNullable(row.getString(2))
                                .map(tenant -> " at tenant " + tenant).orElse(""));
            }
        }
    }

    /** Forgets person and tokens, so that anybody may sign in. */
    public void forget(String connection, Problem why) throws SQLException {
        database.durably(transaction -> {
            return transaction
                    .createUpdate(
                            """
                                    update nxt_sync.user_grant
                                    set generation = greatest(generation + 1, nextval('nxt_sync.fence')), state = 'needed', code = :code, reason = :reason, issuer = null, subject = null,
                                        tenant = null, shown_name = null, scope = null, kind = null, refresh_token = null,
                                        access_token = null, access_expires_at = null, authorized_at = null, refreshed_at = null,
                                        pending_at = null, pending_fence = null, repeated_by = null
                                    where connection = :connection""")
                    .bind("code", why.code()).bind("reason", Encoding.read(transaction).shown(why.message()))
                    .bind("connection", connection).execute();
        });
    }
}
