package dev.nxtsync.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.config.WebhookSettings;
import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.HeartbeatFixture;
import dev.nxtsync.tenant.Tenant;

class WebhookQueueTest {
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Threads threads = new Threads(Clock.systemUTC(), metrics);
    /** Whose inbox fails. */
    private final WebhookQueue queue = new WebhookQueue(null, null, HeartbeatFixture.steady(), threads,
            WebhookSettings.of(SettingsFixture.of(Map.of())), new Pulls(SettingsFixture.of(Map.of())));

    @Test
    void aCallThatCannotBeAnsweredKeepsNoOtherFromItsAnswer() throws InterruptedException {
        var answered = new CopyOnWriteArrayList<String>();
        for (String name : List.of("first", "second", "third")) {
            assertThat(
                    queue.offer(new WebhookQueue.WebhookCall(name,
                            new TableChange("order", Tenant.company(1),
                                    new EventKey(List.of("orderNo"), "{\"orderNo\":1}"), RowChange.UPDATE, true),
                            result -> {
                                answered.add(name + " " + result);
                                if (!name.equals("third")) {
                                    throw new IllegalStateException("no answer to the " + name);
                                }
                            })))
                    .isTrue();
        }
        try {
            queue.stop(new ShutdownEvent());
        } catch (NullPointerException e) {
            // that is the inbox
        }
        assertThat(answered).containsExactly("first UNAVAILABLE", "second UNAVAILABLE", "third UNAVAILABLE");
        assertThat(metrics.get("nxt_thread_failures").tag("thread", "webhook-intake").counter().count()).isEqualTo(2);
    }
}
