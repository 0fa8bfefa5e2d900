package dev.nxtsync.cli;

import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import dev.nxtsync.error.Words;
import dev.nxtsync.pull.preview.FirstLoads;
import dev.nxtsync.pull.preview.LoadEstimates;
import dev.nxtsync.tenant.Tenant;

/** The command {@code plan}: what the first loads will take, before they begin. */
@Singleton
record PlanCommand(LoadEstimates estimates) implements Command {
    private static final int MOST_LINES = 100;

    int run() {
        var all = estimates.all();
        boolean well = true;
        long rows = 0;
        long bytes = 0;
        long requests = 0;
        System.out.println(line("pull", "company", "rows", "MB", "requests", "minutes"));
        for (LoadEstimates.Estimate each : all.estimates()) {
            if (!each.problem().isEmpty()) {
                well = false;
                System.out.println("PROBLEM    " + each.pull()
                        + each.tenant().map(tenant -> ", " + tenant.number()).orElse("") + ": " + each.problem());
                continue;
            }
            rows += each.rows();
            bytes += each.bytes();
            requests += each.requests();
            if (all.estimates().size() <= MOST_LINES || each.requests() > 1) {
                System.out.println(line(each.pull(), each.tenant().map(Tenant::number).orElseThrow(), each.rows(),
                        megabytes(each.bytes()), each.requests(), minutes(each.minutes())));
            }
        }
        if (all.estimates().size() > MOST_LINES) {
            System.out.println("Not shown are those that take no more than one request.");
        }
        if (all.questions() > 0) {
            System.out.println(line("questions about keys", "", "", "", all.questions(), ""));
        }
        System.out.println(line("all", "", rows, megabytes(bytes), requests + all.questions(), minutes(all.minutes())));
        readCompletely(all.estimates());
        if (!all.leftOut().isEmpty()) {
            System.out
                    .println("Left out, as far as three companies show, and what is remembered (the daemon asks all):");
        }
        Stream.concat(Report.leftOut(all.leftOut()).stream(), all.idleExceptions().stream())
                .forEach(each -> System.out.println(Report.line("note", each)));
        System.out.printf(
                """
                        At %s a minute. All of it is an estimate.
                        Rows: as the API counts them. MB: of JSON, by a sample of each table.
                        Requests: one that reads the first pages of all tables of a company counts for the first table. A few more ask for the schema.
                        Minutes: from the start of the daemon, by how fast the API answers now. Nine of ten first loads end within that range, if nothing delays them.
                        """,
                Words.count(estimates.perMinute(), "request"));
        return well ? 0 : ExitCode.FOUND_PROBLEMS;
    }

    private static void readCompletely(List<LoadEstimates.Estimate> estimates) {
        var aDay = new TreeMap<String, Long>();
        estimates.stream().filter(each -> each.aDay() > 0)
                .forEach(each -> aDay.merge(each.pull(), each.aDay(), Long::sum));
        if (!aDay.isEmpty()) {
            System.out.println("Read completely each time, since they tell no changes, with so many requests a day:");
            aDay.forEach((pull, requests) -> System.out.println(line(pull, "", "", "", requests, "")));
        }
    }

    private static String line(Object... cells) {
        return String.format(Locale.ROOT, "%-24s %10s %12s %10s %10s %10s", cells);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
    }

    private static String minutes(FirstLoads.EstimatedRange minutes) {
        return String.format(Locale.ROOT, "%.1f-%.1f", minutes.low(), minutes.high());
    }
}
