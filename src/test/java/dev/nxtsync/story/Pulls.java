package dev.nxtsync.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** What stories of pulls have in common. */
public final class Pulls {
    private Pulls() {}

    /** Values by the names of fields, of which each may be null. */
    public static Map<String, Object> values(Object... pairs) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((String) pairs[i], pairs[i + 1]);
        }
        return values;
    }

    /** Waits until this many tables of companies are loaded. */
    public static void loaded(Daemon daemon, TestDatabase database, int units) {
        await().atMost(Duration.ofMinutes(9)).until(() -> {
            assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
            return database.count("nxt_sync.pull_state") >= units
                    && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0;
        });
    }
}
