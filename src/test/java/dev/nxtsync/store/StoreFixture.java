package dev.nxtsync.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
        try (var files = Files.list(Path.of("src", "main", "resources", "db", "migration"))) {
            for (Path migration : files.sorted().toList()) {
                database.execute(Files.readString(migration));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Database(source);
    }
}
