package dev.nxtsync.signin;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;

/** Sign-ins of persons that are under way. Links, states and cookies are hashes here, and challenges are encrypted. */
@Singleton
public class SignInTable {
    private static final String GOOD = """
            link = :link and connection = :connection and begun_at is null
              and made_at between clock_timestamp() - interval '10 minutes' and clock_timestamp()""";

    private final Database database;

    public SignInTable(Database database) {
        this.database = database;
    }

    /** Keeps a new link, forgets old ones, and answers until when it is good. */
    public Instant offer(String link, String connection) throws SQLException {
        return database.durably(transaction -> {
            transaction.execute("""
                    delete from nxt_sync.sign_in
                    where made_at not between clock_timestamp() - interval '1 day' and clock_timestamp()""");
            return transaction.createQuery("""
                    insert into nxt_sync.sign_in (link, connection) values (:link, :connection)
                    returning made_at + interval '10 minutes'""").bind("link", link).bind("connection", connection)
                    .mapTo(Instant.class).one();
        });
    }

    /** Whether a link could be used now. */
    public boolean isGood(String link, String connection) throws SQLException {
        return database.inTransaction(transaction -> transaction
                .createQuery("select exists (select from nxt_sync.sign_in where " + GOOD + ")").bind("link", link)
                .bind("connection", connection).mapTo(boolean.class).one());
    }

    /** Uses a link, which can be done once, within ten minutes. Says whether it was good. */
    public boolean begin(String link, String connection, String state, String cookie, String challenge)
            throws SQLException {
        return database.durably(transaction -> transaction.createUpdate("""
                update nxt_sync.sign_in
                set begun_at = clock_timestamp(), state = :state, cookie = :cookie, challenge = :challenge
                where\s""" + GOOD).bind("state", state).bind("cookie", cookie).bind("challenge", challenge)
                .bind("link", link).bind("connection", connection).execute() == 1);
    }

    /** Ends a sign-in that was begun with this state and cookie, which can be done once, within ten minutes. Answers its challenge. */
    public Optional<String> end(String connection, String state, String cookie) throws SQLException {
        return database.durably(transaction -> transaction.createQuery("""
                update nxt_sync.sign_in set ended_at = clock_timestamp()
                where connection = :connection and state = :state and cookie = :cookie and ended_at is null
                  and begun_at between clock_timestamp() - interval '10 minutes' and clock_timestamp()
                returning challenge""").bind("connection", connection).bind("state", state).bind("cookie", cookie)
                .mapTo(String.class).findOne());
    }

    /** Keeps what came of a sign-in, as JSON. */
    public void result(String connection, String cookie, String json) throws SQLException {
        database.inTransaction(transaction -> transaction.createUpdate("""
                update nxt_sync.sign_in set result = :result::json, challenge = null
                where connection = :connection and cookie = :cookie""")
                .bind("result", Encoding.read(transaction).json(json)).bind("connection", connection)
                .bind("cookie", cookie).execute());
    }

    /** What came of a sign-in, for ten minutes. */
    public Optional<String> result(String connection, String cookie) throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select result from nxt_sync.sign_in
                where connection = :connection and cookie = :cookie and result is not null
                  and ended_at between clock_timestamp() - interval '10 minutes' and clock_timestamp()""")
                .bind("connection", connection).bind("cookie", cookie).mapTo(String.class).findOne());
    }
}
