package dev.nxtsync.schedule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.postgresql.ds.PGSimpleDataSource;

import dev.nxtsync.database.Database;
import dev.nxtsync.support.TestDatabase;

/** A store on a fresh database, without the framework. */
public final class ScheduleFixture {
    private ScheduleFixture() {}

    public static Database migrated(TestDatabase database) {
        database.beginAs("migrated without the framework", ScheduleFixture::migrate);
        database.isItsOutboxesHome();
        return new Database(database.pool());
    }

    private static void migrate(TestDatabase database) {
        database.execute("create schema nxt_sync");
        migrations().forEach(migration -> database.execute(text(migration)));
    }

    /** Those of a process of its own, which is alive. */
    public static Claims claims(Database database) throws SQLException {
        var replica = new Replica(database);
        replica.beat();
        return new Claims(database, replica);
    }

    /** Each of its connections is a new one. */
    public static PGSimpleDataSource source(TestDatabase database) {
        var source = new PGSimpleDataSource();
        source.setUrl(database.url());
        source.setUser(database.user());
        return source;
    }

    /** In the order of their versions. */
    public static List<Path> migrations() {
        try (Stream<Path> files = Files.list(Path.of("src", "main", "resources", "db", "migration"))) {
            return files.sorted(Comparator.comparingInt(ScheduleFixture::version)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int version(Path migration) {
        String name = migration.getFileName().toString();
        return Integer.parseInt(name.substring(1, name.indexOf("__")));
    }

    public static String text(Path migration) {
        try {
            return Files.readString(migration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
