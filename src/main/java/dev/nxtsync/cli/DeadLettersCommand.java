package dev.nxtsync.cli;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.apache.commons.lang3.function.FailableLongPredicate;

import dev.nxtsync.config.Pushes;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Words;
import dev.nxtsync.push.PayloadMemory;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.OutboxApi.Entry;

/** The command {@code dead-letters}: rows of the outbox about which a person decides. */
@Singleton
record DeadLettersCommand(OutboxApi entries, Pushes configured, PayloadMemory memory) implements Command {
    private static final int MOST = 1000;

    int list() throws SQLException {
        var troubled = entries.troubled(configured.names(), MOST);
        for (Entry each : troubled) {
            boolean waits = each.get("state").equals("waiting");
            System.out.println(each.id() + "  " + each.get("push") + "  " + each.get("company") + "  \""
                    + each.get("key") + "\"" + (each.get("grp").isEmpty() ? "" : "  group \"" + each.get("grp") + "\"")
                    + "  " + each.get("state") + "  since " + each.get(waits ? "created_at" : "settled_at") + "\n    "
                    + (waits
                            ? "Its push is not configured here (" + ErrorCode.PUSH_MISSING.code() + ")"
                            : each.get("error")));
        }
        System.out.println(troubled.isEmpty()
                ? "ok         there are no dead letters"
                : Words.count(troubled.size(), "row") + (troubled.size() == MOST ? ", and more" : ""));
        return 0;
    }

    int show(long id) throws SQLException {
        var entry = entries.find(id, memory.most());
        entry.ifPresentOrElse(DeadLettersCommand::show, () -> undecided(id, entry));
        return entry.isPresent() ? 0 : ExitCode.FOUND_PROBLEMS;
    }

    int retry(List<Long> ids, Optional<Path> file) throws SQLException, UnusableArgument {
        Optional<String> payload = file.isPresent() ? Optional.of(PayloadFile.read(file.get())) : Optional.empty();
        return decide(ids, id -> entries.retry(id, payload), "is looked for, and sent again if it is not there");
    }

    int discard(List<Long> ids) throws SQLException {
        return decide(ids, id -> entries.discard(id, configured.names()), "is discarded");
    }

    /** @param decision what is decided of a row; false if nobody need decide about it */
    private int decide(List<Long> ids, FailableLongPredicate<SQLException> decision, String said) throws SQLException {
        int code = 0;
        for (long id : ids) {
            Optional<Entry> entry = entries.listed(id);
            if (decision.test(id)) {
                System.out.println("ok         row " + id + " " + said);
            } else {
                undecided(id, entry);
                code = ExitCode.FOUND_PROBLEMS;
            }
        }
        return code;
    }

    private static void undecided(long id, Optional<Entry> entry) {
        System.out.println("PROBLEM    row " + id + entry
                .map(each -> " is " + each.get("state") + ", and needs no decision").orElse(" is not in the outbox"));
    }

    private static void show(Entry entry) {
        entry.columns()
                .forEach((name, value) -> System.out.printf("%-12s%s%n", name, value.or(() -> name.equals("payload")
                        ? Optional.of("(" + entry.payloadBytes() + " bytes, too large for the memory of this process; "
                                + "see it in nxt_sync.outbox)")
                        : Optional.empty()).orElse("")));
    }
}
