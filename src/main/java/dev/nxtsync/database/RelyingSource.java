package dev.nxtsync.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/**
 * Connections for others, such as Flyway, who expect each to be good, and whose transactions rely on the same as ours: each
 * begins as {@link Session} says.
 */
final class RelyingSource {
    /** More than the pool holds, each of which may have been lost while it was idle. */
    private static final int MOST_LOST = 25;

    private RelyingSource() {}

    static DataSource of(DataSource source) {
        return proxy(DataSource.class, (self, method, arguments) -> {
            Object made = invoke(source, method, arguments);
            for (int i = 0; i < MOST_LOST && made instanceof Connection lost && !answers(lost); i++) {
                Database.abort(lost);
                lost.close();
                made = invoke(source, method, arguments);
            }
            return made instanceof Connection connection ? connection(connection) : made;
        });
    }

    private static boolean answers(Connection connection) throws SQLException {
        return connection.isValid((int) Database.PROMPT_ANSWER.toSeconds());
    }

    private static Connection connection(Connection connection) {
        return proxy(Connection.class, (self, method, arguments) -> {
            boolean statement = method.getName().equals("createStatement") || method.getName().startsWith("prepare");
            if (statement && begins(connection)) {
                try {
                    Session.beginForOthers(connection);
                } catch (SQLException e) {
                    if (DatabaseFault.isOfNoUse(e)) {
                        Database.abort(connection);
                    }
                    throw e;
                }
            }
            return invoke(connection, method, arguments);
        });
    }

    private static boolean begins(Connection connection) throws SQLException {
        return !connection.getAutoCommit()
                && connection.unwrap(PgConnection.class).getTransactionState() == TransactionState.IDLE;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(RelyingSource.class.getClassLoader(), new Class<?>[]{type}, handler));
    }

    private static @Nullable Object invoke(Object on, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
