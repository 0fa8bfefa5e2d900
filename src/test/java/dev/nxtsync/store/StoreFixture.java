package dev.nxtsync.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

import org.postgresql.ds.PGSimpleDataSource;

import dev.nxtsync.support.TestDatabase;

/** A store on a fresh database, without the framework. */
final class StoreFixture {
    private StoreFixture() {}

    static Database migrated(TestDatabase database) {
        var source = new PGSimpleDataSource();
        source.setUrl(database.url());
        source.setUser(database.user());
        database.execute("create schema nxt_sync");
        for (Path migration : migrations()) {
            try {
                database.execute(Files.readString(migration));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Database(source);
    }

    /** All migrations, in the order of their numbers. */
    static List<Path> migrations() {
        try (var files = Files.list(Path.of("src", "main", "resources", "db", "migration"))) {
            return files.sorted(Comparator.comparingInt(StoreFixture::number)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(Path migration) {
        return Integer.parseInt(migration.getFileName().toString().replaceAll("^V(\\d+)__.*$", "$1"));
    }
}
