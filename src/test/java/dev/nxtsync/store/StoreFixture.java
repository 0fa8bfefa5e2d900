package dev.nxtsync.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
        for (String migration : List.of("V1__jobs_and_pulls", "V2__increments_and_history", "V3__push",
                "V4__webhooks", "V5__operate", "V6__user_grants")) {
            try (var in = StoreFixture.class.getResourceAsStream("/db/migration/" + migration + ".sql")) {
                database.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Database(source);
    }
}
