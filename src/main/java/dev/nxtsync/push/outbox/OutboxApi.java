package dev.nxtsync.push.outbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Characters;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.error.Words;

/** The outbox for people and their systems: they push rows, see their states, and decide about dead ones. */
@Singleton
public class OutboxApi {
    /** With a place for the payload, and one for how many bytes it has. */
    private static final String COLUMNS = """
            id, push, key, company, grp, %s as payload, state, result::text, error, attempts, created_at, settled_at, %s
            """;
    private static final String LISTED = COLUMNS.formatted("null::text", "0");
    private static final String WHOLE = COLUMNS.formatted(
            "case when octet_length(payload::text) <= %1$d then payload::text end", "octet_length(payload::text)");
    private static final String NAMED = "where push = :push and key = :key";
    private static final String NUMBERED = "where id = :id";
    private static final String CONFLICT = "23505";
    private static final int LONGEST_KEY = 200;
    private static final String TROUBLED = """
            (state = 'dead' or state = 'done' and error is not null or state = 'waiting' and push <> all (:configured))""";

    private final Database database;

    public OutboxApi(Database database) {
        // a caller waits for the answer
        this.database = database.promptly();
    }

    /** Whether a row was taken in, or why not. */
    public sealed interface Taking {}

    /** @param isNew whether it was not there before */
    public record Queued(long id, boolean isNew) implements Taking {}

    /** The key is there with another payload or company. */
    public record Conflict(String why) implements Taking {}

    public record PayloadTooLarge(String why) implements Taking {}

    public record Unfit(String why) implements Taking {}

    /** Why no row can have this key and group; empty if one can, as far as its characters go. */
    public static Optional<Unfit> flaw(String key, Optional<String> group) {
        return Characters.flaw(key).or(() -> misfit(key)).map(flaw -> "the key has " + flaw)
                .or(() -> group.flatMap(Characters::flaw).map(flaw -> "the grp has " + flaw)).map(Unfit::new);
    }

    /** What a key has that the function would refuse, so that it is said which. */
    private static Optional<String> misfit(String key) {
        int length = key.codePointCount(0, key.length());
        return length < 1 || length > LONGEST_KEY
                ? Optional.of(Words.count(length, "character") + "; it must have 1 to " + LONGEST_KEY)
                : key.codePoints().filter(Character::isISOControl)
                        .mapToObj(each -> String.format("the control character U+%04X; take it out", each)).findFirst();
    }

    /** Takes a row in by the function {@code nxt_sync.push}, so that both ways in have one meaning. */
    public Taking take(String push, String key, String payload, Optional<Integer> company, Optional<String> group)
            throws SQLException {
        try {
            return database.durably(transaction -> {
                long id = push(transaction, push, key, payload, company, group);
                return new Queued(id, transaction.createQuery("""
                        select xmin::text = (pg_current_xact_id()::text::numeric % 4294967296)::text
                        from nxt_sync.outbox where id = :id""").bind("id", id).mapTo(boolean.class).findOne()
                        .orElse(false));
            });
        } catch (SQLException e) {
            String why = e.getMessage() == null
                    ? ""
                    : e.getMessage().lines().findFirst().orElse("").replaceFirst("^ERROR: (nxt_sync.push: )?", "");
            String state = String.valueOf(e.getSQLState());
            if (state.equals(CONFLICT) && DatabaseFault.constraint(e).isPresent()) {
                // not what the function says of a key, but an index of its own accord
                throw e;
            }
            return switch (state) {
                case CONFLICT -> new Conflict(why);
                case "54000" -> new PayloadTooLarge(why);
                case "22023", "22P02", "22P05", "22021", "54001" -> new Unfit(why);
                default -> throw e;
            };
        }
    }

    private static long push(Handle transaction, String push, String key, String payload, Optional<Integer> company,
            Optional<String> group) throws SQLException {
        return transaction.createQuery("select nxt_sync.push(:push, :key, :payload::json, :company, :group)")
                .bind("push", push).bind("key", key).bind("payload", Encoding.read(transaction).json(payload))
                .bind("company", company.orElse(null)).bind("group", group.orElse(null)).mapTo(long.class).one();
    }

    /**
     * A row's columns of the contract, as PostgreSQL writes them; payload and result are JSON.
     *
     * @param payloadBytes how many bytes the payload has; it is among the columns only if those were wanted
     */
    public record Entry(long id, Map<String, Optional<String>> columns, int payloadBytes) {
        public String get(String column) {
            return columns.getOrDefault(column, Optional.empty()).orElse("");
        }
    }

    /** @param payload in bytes; a larger one is left out */
    public Optional<Entry> find(String push, String key, int payload) throws SQLException {
        return flaw(key, Optional.empty()).isPresent()
                ? Optional.empty()
                : select(WHOLE.formatted(payload), NAMED, Map.of("push", push, "key", key)).stream().findFirst();
    }

    /** @param payload in bytes; a larger one is left out */
    public Optional<Entry> find(long id, int payload) throws SQLException {
        return select(WHOLE.formatted(payload), NUMBERED, Map.of("id", id)).stream().findFirst();
    }

    /** A row without its payload. */
    public Optional<Entry> listed(long id) throws SQLException {
        return select(LISTED, NUMBERED, Map.of("id", id)).stream().findFirst();
    }

    public boolean isThere(String push, String key) throws SQLException {
        return !select(LISTED, NAMED, Map.of("push", push, "key", key)).isEmpty();
    }

    /**
     * Rows that a person should look at, the oldest first, without their payloads.
     *
     * @param configured pushes; rows that wait for another one are never sent
     */
    public List<Entry> troubled(Collection<String> configured, int most) throws SQLException {
        return select(LISTED, "where " + TROUBLED + " order by id limit :most",
                Map.of("configured", configured.toArray(String[]::new), "most", most));
    }

    /**
     * Sends a dead row again; what was sent of it before is looked for first.
     *
     * @param payload the new one; empty to leave it
     * @return whether it was dead
     */
    public boolean retry(long id, Optional<String> payload) throws SQLException {
        return database.durably(transaction -> {
            if (payload.isPresent()) {
                transaction
                        .createUpdate(
                                "update nxt_sync.outbox set payload = :payload::json where id = :id and state = 'dead'")
                        .bind("payload", Encoding.read(transaction).json(payload.get())).bind("id", id).execute();
            }
            return transaction
                    .createUpdate("update nxt_sync.outbox set state = 'waiting' where id = :id and state = 'dead'")
                    .bind("id", id).execute() == 1;
        });
    }

    /**
     * Discards a dead row, so that its group goes on, or one that waits for a push that is not configured, or removes the note
     * of a row that is done. Says whether it was one of these.
     */
    public boolean discard(long id, Collection<String> configured) throws SQLException {
        return database.durably(transaction -> transaction.createUpdate("""
                update nxt_sync.outbox set state = case when state = 'done' then state else 'discarded' end,
                    error = case when state = 'done' then null else error end
                where id = :id and\s""" + TROUBLED).bind("id", id).bindArray("configured", String.class, configured)
                .execute() == 1);
    }

    private List<Entry> select(String what, String where, Map<String, ?> values) throws SQLException {
        return database.inTransaction(transaction -> {
            var encoding = Encoding.read(transaction);
            if (values.values().stream()
                    .anyMatch(each -> each instanceof String text && encoding.flaw(text).isPresent())) {
                return List.of();
            }
            return transaction.createQuery("select " + what + " from nxt_sync.outbox " + where).bindMap(values)
                    .map((row, context) -> entry(row)).list();
        });
    }

    private static Entry entry(ResultSet row) throws SQLException {
        var columns = new LinkedHashMap<String, Optional<String>>();
        int last = row.getMetaData().getColumnCount();
        for (int i = 1; i < last; i++) {
            columns.put(row.getMetaData().getColumnLabel(i), Optional.ofNullable(row.getString(i)));
        }
        return new Entry(row.getLong("id"), columns, row.getInt(last));
    }
}
