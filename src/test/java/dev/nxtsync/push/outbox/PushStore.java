package dev.nxtsync.push.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;

import org.postgresql.ds.PGSimpleDataSource;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** What pushes keep in a database of its own, for tests of other packages; its connections are used again. */
public record PushStore(TestDatabase database, Database store, Outbox outbox, OutboxReader reader, PushTables tables,
        RunHistory runs,
        OutboxApi entries) {

    public static PushStore migrated() {
        var database = TestDatabase.create();
        ScheduleFixture.migrated(database);
        var store = new Database(new Kept(database));
        return new PushStore(database, store, new Outbox(store), new OutboxReader(store), tables(store),
                new RunHistory(store),
                new OutboxApi(store));
    }

    public static PushTables tables(Database store) {
        return new PushTables(new PushStates(store), new PushLanes(store), new OutboxDepth(store),
                new OutboxOrigin(store));
    }

    /** What a replica claims, which is alive. */
    public Claims replica() throws SQLException {
        var replica = new Replica(store);
        replica.beat();
        return new Claims(store, replica);
    }

    private static final class Kept extends PGSimpleDataSource {
        private static final long serialVersionUID = 1;
        private final transient ConcurrentLinkedDeque<Connection> free = new ConcurrentLinkedDeque<>();

        Kept(TestDatabase database) {
            setUrl(database.url());
            setUser(database.user());
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection kept = free.poll();
            Connection real = kept == null ? super.getConnection() : kept;
            return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
                    new Class<?>[]{Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            free.push(real);
                            return null;
                        }
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
