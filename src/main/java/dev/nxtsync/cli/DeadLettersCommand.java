package dev.nxtsync.cli;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.push.PayloadMemory;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.OutboxApi.Entry;

/** The command {@code dead-letters}: rows of the outbox about which a person decides. */
@Singleton
class DeadLettersCommand implements QuarkusApplication {
    private static final String USAGE = """
            dead-letters list                       rows about which a person decides
            dead-letters show ID                    all that is known of one
            dead-letters retry ID… [--payload FILE] sends them again, after looking for them; with another payload
            dead-letters discard ID…                lets them be, so that their groups go on
            """;
    private static final int MOST = 1000;

    private final OutboxApi entries;
    private final PayloadMemory memory;

    DeadLettersCommand(OutboxApi entries, PayloadMemory memory) {
        this.entries = entries;
        this.memory = memory;
    }

    @Override
    public int run(String... arguments) {
        var rest = new ArrayList<>(Arrays.asList(arguments));
        rest.remove(0);
        String verb = rest.isEmpty() ? "" : rest.remove(0);
        Optional<Path> payload = Optional.empty();
        int option = rest.indexOf("--payload");
        if (option >= 0 && option + 1 < rest.size() && verb.equals("retry")) {
            payload = Optional.of(Path.of(rest.remove(option + 1)));
            rest.remove(option);
        }
        boolean counts = switch (verb) {
            case "list" -> rest.isEmpty();
            case "show" -> rest.size() == 1;
            case "retry" -> payload.isPresent() ? rest.size() == 1 : !rest.isEmpty();
            case "discard" -> !rest.isEmpty();
            default -> false;
        };
        if (!counts || !rest.stream().allMatch(id -> id.matches("\\d{1,18}"))) {
            System.err.print(USAGE);
            return ExitCode.USAGE;
        }
        try {
            return run(verb, rest.stream().map(Long::valueOf).toList(),
                    payload.isPresent() ? Optional.of(PayloadFile.read(payload.get())) : Optional.empty());
        } catch (SQLException e) {
            return Command.problem(e);
        } catch (PayloadFile.UnusablePayload e) {
            System.err.println(e.getMessage());
            return ExitCode.USAGE;
        }
    }

    private int run(String verb, List<Long> ids, Optional<String> payload) throws SQLException {
        if (verb.equals("list")) {
            return list();
        }
        int code = 0;
        for (long id : ids) {
            Optional<Entry> entry = verb.equals("show") ? entries.find(id, memory.most()) : entries.listed(id);
            boolean done = switch (verb) {
                case "show" -> entry.map(DeadLettersCommand::show).orElse(false);
                case "retry" -> entries.retry(id, payload);
                default -> entries.discard(id);
            };
            if (!done) {
                System.out.println("PROBLEM    row " + id
                        + (entry.isEmpty()
                                ? " is not in the outbox"
                                : " is " + entry.get().get("state") + ", about which nobody need decide"));
                code = ExitCode.FOUND_PROBLEMS;
            } else if (!verb.equals("show")) {
                System.out.println("ok         row " + id
                        + (verb.equals("retry")
                                ? " is looked for, and sent again if it is not there"
                                : " is discarded"));
            }
        }
        return code;
    }

    private int list() throws SQLException {
        var troubled = entries.troubled(MOST);
        for (Entry each : troubled) {
            System.out.println(each.id() + "  " + each.get("push") + "  " + each.get("company") + "  \""
                    + each.get("key") + "\"" + (each.get("grp").isEmpty() ? "" : "  group \"" + each.get("grp") + "\"")
                    + "  " + each.get("state") + "  since " + each.get("settled_at") + "\n    " + each.get("error"));
        }
        System.out.println(troubled.isEmpty()
                ? "ok         there are no dead letters"
                : troubled.size() + (troubled.size() == 1 ? " row" : " rows")
                        + (troubled.size() == MOST ? ", and more" : ""));
        return 0;
    }

    private static boolean show(Entry entry) {
        entry.columns()
                .forEach((name, value) -> System.out.printf("%-12s%s%n", name, value.or(() -> name.equals("payload")
                        ? Optional.of("(" + entry.payloadBytes() + " bytes, more than this process has memory for; "
                                + "see it in nxt_sync.outbox)")
                        : Optional.empty()).orElse("")));
        return true;
    }
}
