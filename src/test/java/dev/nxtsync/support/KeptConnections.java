package dev.nxtsync.support;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import org.postgresql.core.TransactionState;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PgConnection;

/**
 * A few connections to whatever databases were asked last. A login costs more than most of what a test asks. Safe for any number
 * of threads.
 */
public final class KeptConnections {
    private static final int MOST = 8;

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
        return ask(connected(url, user), question);
    }

    /** Runs what may change its session, of which nothing is left for the next. */
    void execute(String url, String user, String sql) throws SQLException {
        ask(url, user, connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
                return true;
            } finally {
                discard(connection);
            }
        });
    }

    private static void discard(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (connection.unwrap(PgConnection.class).getTransactionState() != TransactionState.IDLE) {
                statement.execute("rollback");
            }
            statement.execute("discard all");
        }
    }

    /** As a pool does, whose sessions nobody changes. */
    PGSimpleDataSource source(String url, String user) {
        return new Source(this, url, user);
    }

    private static final class Source extends PGSimpleDataSource {
        private static final long serialVersionUID = 1;
        private final transient KeptConnections connections;
        private final String address;
        private final String role;

        Source(KeptConnections connections, String url, String user) {
            this.connections = connections;
            address = url;
            role = user;
        }

        @Override
        public Connection getConnection() throws SQLException { return connections.lend(address, role); }
    }

    /** It is given back when it is closed. */
    private Connection lend(String url, String user) throws SQLException {
        var found = take(url, user);
        Kept kept = found.isPresent() ? found.get() : connected(url, user);
        var back = new AtomicBoolean();
        return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(), new Class<?>[]{Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        if (back.compareAndSet(false, true)) {
                            reset(kept);
                        }
                        return null;
                    }
                    try {
                        return method.invoke(kept.connection(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void reset(Kept kept) throws SQLException {
        Connection connection = kept.connection();
        if (connection.isClosed()) {
            return;
        }
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            connection.setNetworkTimeout(Runnable::run, 0);
        } catch (SQLException e) {
            connection.close();
            return;
        }
        giveBack(kept);
    }

    private static Kept connected(String url, String user) throws SQLException {
        return new Kept(url, user, DriverManager.getConnection(url, user, ""));
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
