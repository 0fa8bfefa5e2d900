package dev.nxtsync.cli;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Words;
import dev.nxtsync.inbox.LastEvents;
import dev.nxtsync.inbox.LastEvents.LastEvent;

/**
 * Which webhooks have come, and whether one comes while somebody changes a row.
 *
 * @param patience how long a person changes a row, and Visma Connect takes to say so
 */
record WebhookCheck(Settings settings, Report report, Duration patience) {

    void run(boolean wait) {
        try {
            var before = LastEvents.read(settings);
            tell(before);
            if (wait) {
                waitForEvent(before);
            }
        } catch (SQLException e) {
            report.problem("webhooks", DatabaseFault.of(e));
        }
    }

    private void tell(List<LastEvent> events) {
        for (String table : new TreeSet<>(settings.pulls().values().stream().filter(pull -> !pull.isPattern())
                .map(Settings.Pull::table).toList())) {
            var own = events.stream().filter(each -> each.table().equals(table)).toList();
            if (own.isEmpty()) {
                report.note("webhooks of " + table, "none has arrived yet. If you want webhooks, add a "
                        + "row for each company to WebhookSubscription in Business NXT; see docs/webhooks.md");
            } else {
                report.fine("webhooks of " + table, own.stream().map(LastEvent::toString).collect(joining("; ")));
            }
        }
        events.stream().filter(each -> settings.pulls().values().stream().noneMatch(pull -> pull.takes(each.table())))
                .limit(10)
                .forEach(each -> report.note("webhooks of " + each.table(), "no pull has this table; " + each));
    }

    private void waitForEvent(List<LastEvent> before) throws SQLException {
        System.out.println("waiting    for a webhook, " + Words.time(patience)
                + " at most; the daemon must be running. Change a row in Business NXT now");
        long until = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - until < 0) {
            var come = LastEvents.read(settings).stream().filter(each -> !before.contains(each)).toList();
            if (!come.isEmpty()) {
                come.forEach(each -> report.fine("webhook", each.table() + ": " + each));
                return;
            }
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                report.problem("webhooks", ErrorCode.WEBHOOK_MISSING, "The wait was ended before a webhook arrived.");
                return;
            }
        }
        report.problem("webhooks", ErrorCode.WEBHOOK_MISSING,
                "No webhook has arrived. " + ErrorCode.WEBHOOK_MISSING.nextStep());
    }
}
