package dev.nxtsync.push.outbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Characters;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.Encoding;

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
    private static final String CONFLICT = "23505";
    private static final String TROUBLED = "(state = 'dead' or state = 'done' and error is not null)";

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
        return Characters.flaw(key).map(flaw -> "the key has " + flaw)
                .or(() -> group.flatMap(Characters::flaw).map(flaw -> "the grp has " + flaw)).map(Unfit::new);
    }

    /** Takes a row in by the function {@code nxt_sync.push}, so that both ways in have one meaning. */
    public Taking take(String push, String key, String payload, Optional<Integer> company, Optional<String> group)
            throws SQLException {
        try {
            return database.durably(transaction -> {
                long id = push(transaction, push, key, payload, company, group);
                try (var isNew = transaction.getConnection().prepareStatement("""
                        select xmin::text = (pg_current_xact_id()::text::numeric % 4294967296)::text
                        from nxt_sync.outbox where id = ?""")) {
                    isNew.setLong(1, id);
                    try (var row = isNew.executeQuery()) {
                        return new Queued(id, row.next() && row.getBoolean(1));
                    }
                }
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
        try (var call = transaction.getConnection().prepareStatement("select nxt_sync.push(?, ?, ?::json, ?, ?)")) {
            call.setString(1, push);
            call.setString(2, key);
            call.setString(3, Encoding.read(transaction).json(payload));
            call.setObject(4, company.orElse(null), java.sql.Types.INTEGER);
            call.setString(5, group.orElse(null));
            try (var row = call.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
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
                : select(WHOLE.formatted(payload), "where push = ? and key = ?", push, key).stream().findFirst();
    }

    /** @param payload in bytes; a larger one is left out */
    public Optional<Entry> find(long id, int payload) throws SQLException {
        return select(WHOLE.formatted(payload), "where id = ?", id).stream().findFirst();
    }

    /** A row without its payload. */
    public Optional<Entry> listed(long id) throws SQLException {
        return select(LISTED, "where id = ?", id).stream().findFirst();
    }

    public boolean isThere(String push, String key) throws SQLException {
        return !select(LISTED, "where push = ? and key = ?", push, key).isEmpty();
    }

    /** Rows that a person should look at, the oldest first, without their payloads. */
    public List<Entry> troubled(int most) throws SQLException {
        return select(LISTED, "where " + TROUBLED + " order by id limit ?", most);
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
                try (var edit = transaction.getConnection().prepareStatement(
                        "update nxt_sync.outbox set payload = ?::json where id = ? and state = 'dead'")) {
                    edit.setString(1, Encoding.read(transaction).json(payload.get()));
                    edit.setLong(2, id);
                    edit.executeUpdate();
                }
            }
            try (var retry = transaction.getConnection()
                    .prepareStatement("update nxt_sync.outbox set state = 'waiting' where id = ? and state = 'dead'")) {
                retry.setLong(1, id);
                return retry.executeUpdate() == 1;
            }
        });
    }

    /** Discards a dead row, so that its group goes on, or removes the note of a row that is done. Says whether it was either. */
    public boolean discard(long id) throws SQLException {
        return database.durably(transaction -> {
            try (var discard = transaction.getConnection().prepareStatement("""
                    update nxt_sync.outbox set state = case when state = 'dead' then 'discarded' else state end,
                        error = case when state = 'dead' then error end
                    where id = ? and\s""" + TROUBLED)) {
                discard.setLong(1, id);
                return discard.executeUpdate() == 1;
            }
        });
    }

    private List<Entry> select(String what, String where, Object... values) throws SQLException {
        return database.inTransaction(transaction -> {
            var encoding = Encoding.read(transaction);
            if (Stream.of(values).anyMatch(each -> each instanceof String text && encoding.flaw(text).isPresent())) {
                return List.of();
            }
            try (var select = transaction.getConnection()
                    .prepareStatement("select " + what + " from nxt_sync.outbox " + where)) {
                for (int i = 0; i < values.length; i++) {
                    select.setObject(i + 1, values[i]);
                }
                var entries = new ArrayList<Entry>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        var columns = new LinkedHashMap<String, Optional<String>>();
                        int last = row.getMetaData().getColumnCount();
                        for (int i = 1; i < last; i++) {
                            columns.put(row.getMetaData().getColumnLabel(i), Optional.ofNullable(row.getString(i)));
                        }
                        entries.add(new Entry(row.getLong(1), columns, row.getInt(last)));
                    }
                }
                return entries;
            }
        });
    }
}
