package dev.nxtsync.signin;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;

/** All that is kept encrypted, wherever it is: the tokens of persons, and what sign-ins that are under way have to keep. */
@Singleton
record Ciphertexts(Database database) {
    private static final String GOOD_CHALLENGE = """
            challenge is not null and ended_at is null
            and begun_at between clock_timestamp() - interval '10 minutes' and clock_timestamp()""";

    /** What a text is of. */
    public enum CiphertextKind {
        REFRESH_TOKEN("nxt_sync.user_grant", "refresh_token", "refresh_token is not null"), ACCESS_TOKEN(
                "nxt_sync.user_grant", "access_token",
                "access_token is not null"), CHALLENGE("nxt_sync.sign_in", "challenge", GOOD_CHALLENGE);

        private final String table;
        private final String column;
        private final String needed;

        CiphertextKind(String table, String column, String needed) {
            this.table = table;
            this.column = column;
            this.needed = needed;
        }
    }

    /** A text that is still needed, as it is stored; no two are the same. */
    public record Ciphertext(CiphertextKind kind, String connection, String text) {
        @Override
        public String toString() {
            return "Ciphertext[" + kind + " of " + connection + "]";
        }
    }

    public List<Ciphertext> all() throws SQLException {
        return database.inTransaction(transaction -> {
            var all = new ArrayList<Ciphertext>();
            for (CiphertextKind kind : CiphertextKind.values()) {
                all.addAll(transaction
                        .createQuery("select connection, " + kind.column + " as text from " + kind.table + " where "
                                + kind.needed + " order by connection")
                        .map((row, context) -> new Ciphertext(kind, row.getString("connection"), row.getString("text")))
                        .list());
            }
            return all;
        });
    }

    /** Puts another text in the place of one, which says the same; says whether it was still there. */
    public boolean replace(Ciphertext old, String text) throws SQLException {
        String column = old.kind().column;
        return database.durably(transaction -> transaction
                .createUpdate("update " + old.kind().table + " set " + column
                        + " = :new where connection = :connection and " + column + " = :text")
                .bind("new", text).bind("connection", old.connection()).bind("text", old.text()).execute() == 1);
    }
}
