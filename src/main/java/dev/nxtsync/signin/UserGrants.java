package dev.nxtsync.signin;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.SqlState;
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

    /** The issuer is read in a way that needs no such column: a command may come before the daemon that makes it. */
    private static final String GRANTS = """
            select connection, generation, state, code, reason, to_jsonb(user_grant) ->> 'issuer' as issuer, subject,
                   coalesce(scope, '') as scope, coalesce(kind, '') as kind,
                   coalesce(refresh_token, '') as refresh_token, coalesce(access_token, '') as access_token,
                   coalesce(extract(epoch from access_expires_at - greatest(clock_timestamp(), refreshed_at)) * 1000,
                       0)::bigint as access_left,
                   coalesce(extract(epoch from access_expires_at - refreshed_at) * 1000, 0)::bigint as access_life,
                   authorized_at, refreshed_at,
                   (extract(epoch from case when pending_at > clock_timestamp() then interval '1 day'
                                       else clock_timestamp() - pending_at end) * 1000)::bigint as pending,
                   coalesce(abs(extract(epoch from clock_timestamp() - last_sent_at) * 1000), 0)::bigint as last_sent,
                   exists (select from nxt_sync.replica where replica.id = repeated_by and %s) as repeated
            from nxt_sync.user_grant where connection = any (:connections) order by connection"""
            .formatted(Replica.IS_ALIVE);

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
            return database.inTransaction(transaction -> find(transaction, connections));
        } catch (SQLException e) {
            if (SqlState.UNDEFINED_TABLE.equals(e.getSQLState())) {
                // no daemon of this version has been here yet, so that nobody can have signed in
                return List.of();
            }
            throw e;
        }
    }

    /** The same in a transaction of the caller's, of a database that is up to date. */
    public static List<UserGrant> find(Handle transaction, Collection<String> connections) {
        return transaction.createQuery(GRANTS).bindArray("connections", String.class, connections)
                .map(UserGrants::grant).list();
    }

    private static UserGrant grant(ResultSet row, StatementContext context) throws SQLException {
        return new UserGrant(row.getString("connection"), row.getLong("generation"),
                row.getString("state").equals("needed")
                        ? Optional.of(Problem.kept(row.getString("code"), row.getString("reason")))
                        : Optional.empty(),
                Optional.ofNullable(row.getString("issuer")), Optional.ofNullable(row.getString("subject")),
                row.getString("scope"), UserGrant.RefreshTokenKind.of(row.getString("kind")),
                row.getString("refresh_token"), row.getString("access_token"),
                Duration.ofMillis(row.getLong("access_left")), Duration.ofMillis(row.getLong("access_life")),
                Timestamps.instant(row, "authorized_at"), Timestamps.instant(row, "refreshed_at"),
                Optional.ofNullable(row.getObject("pending", Long.class)).map(Duration::ofMillis),
                Duration.ofMillis(row.getLong("last_sent")), row.getBoolean("repeated"));
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
            boolean marked = transaction.createUpdate("""
                    update nxt_sync.user_grant
                    set pending_at = case when :repeat then pending_at else clock_timestamp() end,
                        last_sent_at = clock_timestamp(), pending_fence = :fence,
                        repeated_by = case when :repeat then :holder end, issuer = :issuer
                    where connection = :connection and generation = :generation and state = 'signed_in'
                      and coalesce(issuer, :issuer) = :issuer""").bindMethods(claim).bind("generation", generation)
                    .bind("issuer", issuer).bind("repeat", repeat).execute() == 1;
            Claims.check(transaction, claim);
            return marked;
        });
    }

    /**
     * Says that a refresh token was not used after all, unless it was sent under another claim since; of a repeat, that it may
     * be repeated once more.
     */
    public void unused(Claim claim, long generation, boolean repeat) throws SQLException {
        database.durably(transaction -> transaction.createUpdate("""
                update nxt_sync.user_grant
                set pending_at = case when :repeat then pending_at end, repeated_by = null
                where connection = :connection and generation = :generation and pending_fence = :fence""")
                .bindMethods(claim).bind("generation", generation).bind("repeat", repeat).execute());
    }

    /**
     * Says that a refresh token is good no longer, so that a person has to sign in.
     *
     * @return whether the row still held it
     */
    public boolean refuse(String connection, long generation, Problem why) throws SQLException {
        return database.durably(transaction -> transaction.createUpdate("""
                update nxt_sync.user_grant set state = 'needed', code = :code, reason = :reason
                where connection = :connection and generation = :generation and state = 'signed_in'""")
                .bind("code", why.code()).bind("reason", Encoding.read(transaction).shown(why.message()))
                .bind("connection", connection).bind("generation", generation).execute() == 1);
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
        return database.durably(transaction -> bind(transaction.createQuery("""
                update nxt_sync.user_grant kept
                set generation = greatest(generation + 1, nextval('nxt_sync.fence')), refresh_token = :refreshToken,
                    access_token = :accessToken, refreshed_at = clock_timestamp() - :age * interval '1 ms',
                    access_expires_at = clock_timestamp() + :left * interval '1 ms', scope = :scope, kind = :kind,
                    state = 'signed_in', code = null, reason = null, pending_at = null, pending_fence = null,
                    repeated_by = null
                from (select connection, state from nxt_sync.user_grant
                      where connection = :connection and generation = :generation and refresh_token is not null
                      for update) sent
                where kept.connection = sent.connection
                returning kept.generation, sent.state = 'needed' as lifted"""), tokens, age).bind("kind", kind.text())
                .bind("connection", connection).bind("generation", generation).map(ConstructorMapper.of(Kept.class))
                .findOne());
    }

    private static <S extends SqlStatement<S>> S bind(S statement, UserGrant.SealedTokens tokens, Duration age) {
        return statement.bindMethods(tokens).bind("age", age.toMillis()).bind("left",
                tokens.accessLife().minus(age).toMillis());
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
            bind(transaction.createUpdate("""
                    insert into nxt_sync.user_grant (connection, generation, refresh_token, access_token, refreshed_at,
                        access_expires_at, scope, state, issuer, subject, tenant, shown_name, authorized_at)
                    values (:connection, nextval('nxt_sync.fence'), :refreshToken, :accessToken,
                        clock_timestamp() - :age * interval '1 ms', clock_timestamp() + :left * interval '1 ms',
                        :scope, 'signed_in', :issuer, :subject, :tenant, :shownName, clock_timestamp())
                    on conflict (connection) do update
                    set generation = greatest(user_grant.generation + 1, excluded.generation),
                        refresh_token = excluded.refresh_token, access_token = excluded.access_token,
                        refreshed_at = excluded.refreshed_at, access_expires_at = excluded.access_expires_at,
                        scope = excluded.scope, state = excluded.state, issuer = excluded.issuer,
                        subject = excluded.subject, tenant = excluded.tenant, shown_name = excluded.shown_name,
                        authorized_at = excluded.authorized_at, kind = null, code = null, reason = null,
                        pending_at = null, pending_fence = null, repeated_by = null"""), tokens, Duration.ZERO)
                    .bindMethods(owner).bind("shownName", Encoding.read(transaction).shown(owner.shownName()))
                    .bind("connection", connection).execute();
            return other;
        });
    }

    /** Who is signed in, if that is another person, or the same one at another tenant. */
    private static Optional<String> other(Handle transaction, String connection, UserGrant.Owner owner) {
        return transaction
                .createQuery(
                        """
                                select coalesce(to_jsonb(user_grant) ->> 'issuer', '') as issuer, subject, tenant, shown_name from nxt_sync.user_grant
                                where connection = :connection and subject is not null for update""")
                .bind("connection", connection).map(ConstructorMapper.of(UserGrant.Owner.class)).findOne()
                // a tenant that was not told before is learned, one that is no longer told may be another
                .filter(known -> !known.subject().equals(owner.subject())
                        || (known.tenant().isPresent() && !known.tenant().equals(owner.tenant())))
                .map(known -> known.shownName() + known.tenant().map(tenant -> " at tenant " + tenant).orElse(""));
    }

    /** Forgets person and tokens, so that anybody may sign in. */
    public void forget(String connection, Problem why) throws SQLException {
        database.durably(transaction -> transaction.createUpdate("""
                update nxt_sync.user_grant
                set generation = greatest(generation + 1, nextval('nxt_sync.fence')), state = 'needed', code = :code,
                    reason = :reason, issuer = null, subject = null, tenant = null, shown_name = null, scope = null,
                    kind = null, refresh_token = null, access_token = null, access_expires_at = null,
                    authorized_at = null, refreshed_at = null, pending_at = null, pending_fence = null,
                    repeated_by = null
                where connection = :connection""").bind("code", why.code())
                .bind("reason", Encoding.read(transaction).shown(why.message())).bind("connection", connection)
                .execute());
    }
}
