package dev.nxtsync.support;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * A few connections to whatever databases were asked last. What a test waits for it asks ten times a second, and a login costs
 * more than such a question. Safe for any number of threads.
 */
public final class KeptConnections {
    private static final int MOST = 6;

    /** Those that nobody uses, the latest first; guarded by itself. */
    private final Deque<Kept> free = new ArrayDeque<>();

    private record Kept(String url, String user, Connection connection) {}

    /** A statement that changes nothing of its session. */
    public interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    <T> T ask(String url, String user, Question<T> question) throws SQLException {
        var kept = take(url, user);
        if (kept.isPresent()) {
            try {
                return ask(kept.get(), question);
            } catch (SQLException e) {
                if (!kept.get().connection().isClosed()) {
                    throw e;
                }
                // its session has been ended meanwhile
            }
        }
        return ask(new Kept(url, user, DriverManager.getConnection(url, user, "")), question);
    }

    private <T> T ask(Kept kept, Question<T> question) throws SQLException {
        try {
            T answer = question.ask(kept.connection());
            giveBack(kept);
            return answer;
        } catch (SQLException e) {
            if (!kept.connection().isClosed()) {
                giveBack(kept);
            }
            throw e;
        }
    }

    private Optional<Kept> take(String url, String user) {
        synchronized (free) {
            for (Iterator<Kept> each = free.iterator(); each.hasNext();) {
                Kept kept = each.next();
                if (kept.url().equals(url) && kept.user().equals(user)) {
                    each.remove();
                    return Optional.of(kept);
                }
            }
            return Optional.empty();
        }
    }

    private void giveBack(Kept kept) throws SQLException {
        synchronized (free) {
            free.push(kept);
            if (free.size() > MOST) {
                free.removeLast().connection().close();
            }
        }
    }

    /** Ends those to a database. */
    void end(String url) throws SQLException {
        synchronized (free) {
            for (Iterator<Kept> each = free.iterator(); each.hasNext();) {
                Kept kept = each.next();
                if (kept.url().equals(url)) {
                    each.remove();
                    kept.connection().close();
                }
            }
        }
    }
}
