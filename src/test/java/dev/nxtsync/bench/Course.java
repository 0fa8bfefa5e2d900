package dev.nxtsync.bench;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** The things that are timed, each on a server that answers from memory and a real PostgreSQL. */
public final class Course {
    private Course() {}

    /** A daemon that pulls the server's table, polls and reconciliations far away. */
    public static Daemon.Builder daemon(MemoryServer server, TestDatabase database, int pageSize) {
        return Daemon.on(server.url(), database).jvm(Daemon.OPTIONS_OF_IMAGE).jvm("-Xmx96m")
                .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_EVERY", "24h")
                .with("NXT_PULLS_ORDERS_PAGE_SIZE", pageSize).with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", pageSize)
                .with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600);
    }

    /** Waits for the end of the load. Answers the seconds from its first request. */
    public static double loaded(MemoryServer server, Daemon daemon, TestDatabase database) {
        await().atMost(Duration.ofMinutes(30)).pollInterval(Duration.ofMillis(20)).until(() -> {
            if (!daemon.isRunning()) {
                throw new IllegalStateException(daemon.output());
            }
            return database.count("nxt_sync.pull_state") == 1
                    && database.number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 1;
        });
        return (System.nanoTime() - server.firstPageAt()) / 1e9;
    }

    /** Makes an empty table like the target, and lets the reference fill it. Answers its seconds. */
    public static double reference(MemoryServer server, TestDatabase database, int pageSize, String accept)
            throws Exception {
        database.execute("drop table if exists reference; create table reference (like nxt.\"order\" including all)");
        String columns = columns(database);
        String fields = String.join(" ", server.fields());
        return Reference.seconds(server.url(), database.url(), database.user(), "reference", columns, fields,
                Integer.toString(pageSize), accept);
    }

    /** The columns of the target that come from the server, in the order in which it has them. */
    static String columns(TestDatabase database) {
        return database.value("select string_agg(quote_ident(attname), ',' order by attnum) from pg_attribute "
                + "where attrelid = 'nxt.\"order\"'::regclass and attnum > 0 and attname not like 'nxt\\_%'");
    }

    /** {@code COPY} of the same rows from a file into a table with the same key. Answers its seconds. */
    public static double bareCopy(TestDatabase database) throws Exception {
        Path file = Path.of("target", "bare.copy").toAbsolutePath();
        database.execute("copy nxt.\"order\" to program 'cat > " + file + "'");
        database.execute("drop table if exists bare; create table bare (like nxt.\"order\" including all)");
        long from = System.nanoTime();
        database.execute("copy bare from '" + file + "'");
        double seconds = (System.nanoTime() - from) / 1e9;
        Files.delete(file);
        return seconds;
    }

    /** Makes a unit due, and waits for the end of what it does. Answers its seconds as the history has them. */
    static double run(TestDatabase database, String kind) {
        // what a run leaves behind it may be when the next is due
        await().atMost(Duration.ofMinutes(1))
                .until(() -> database.number("select count(*) from nxt_sync.job where holder is not null") == 0);
        long last = database.number("select coalesce(max(id), 0) from nxt_sync.run");
        database.execute("update nxt_sync.pull_state set due_at = now(), retry_at = null; "
                + "update nxt_sync.job set due_at = now(), retry_at = null where kind = '" + kind + "'");
        String ended = "select count(*) from nxt_sync.run where outcome = 'ok' and kind = '" + kind + "' and id > "
                + last;
        await().atMost(Duration.ofMinutes(30)).pollInterval(Duration.ofMillis(20))
                .until(() -> database.number(ended) > 0);
        return Double.parseDouble(
                database.value("select sum(extract(epoch from ended_at - started_at)) from nxt_sync.run where kind = '"
                        + kind + "' and id > " + last));
    }
}
