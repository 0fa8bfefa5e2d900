package dev.nxtsync.database;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

import org.postgresql.ds.PGSimpleDataSource;

/** A pool of one connection, which it lends again and again, unless it finds it closed. */
final class Keeping extends PGSimpleDataSource implements AutoCloseable {
    private static final long serialVersionUID = 1L;

    private final transient PGSimpleDataSource source;
    private transient Connection kept;

    Keeping(PGSimpleDataSource source) {
        this.source = source;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (kept == null || kept.isClosed()) {
            kept = source.getConnection();
        }
        var lent = kept;
        return (Connection) Proxy.newProxyInstance(Keeping.class.getClassLoader(), new Class<?>[]{Connection.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(lent, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Whether the one that it has lent is closed. */
    boolean isClosed() throws SQLException { return kept.isClosed(); }

    @Override
    public void close() throws SQLException {
        kept.close();
    }
}
