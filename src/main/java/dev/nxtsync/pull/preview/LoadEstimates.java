package dev.nxtsync.pull.preview;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.Cadence;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.pull.Document;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.DocumentLength;
import dev.nxtsync.pull.PageReader;
import dev.nxtsync.pull.Pages;
import dev.nxtsync.pull.plan.CompanyScopes;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullValidator;
import dev.nxtsync.tenant.Tenant;

/**
 * What first loads will cost: asks one question for each company, and a page of the largest table of each connection, and
 * writes nothing.
 */
@Singleton
public class LoadEstimates {
    private static final int SAMPLE = 20;

    private final Settings settings;
    private final PullDesigns designs;
    private final NxtClient nxt;
    private final CompanyScopes scopes;
    private final DocumentLength length;

    LoadEstimates(Settings settings, PullDesigns designs, NxtClient nxt, CompanyScopes scopes, DocumentLength length) {
        this.settings = settings;
        this.designs = designs;
        this.nxt = nxt;
        this.scopes = scopes;
        this.length = length;
    }

    /**
     * One pull in one company.
     *
     * @param tenant empty where the pull cannot be planned
     * @param bytes of its rows as JSON, by a small sample
     * @param requests of its own; what tables of a company ask for together counts with the first of them
     * @param aDay how many requests a day read it completely each time; 0 if it tells its changes
     * @param minutes that it takes by itself
     * @param problem why there is no estimate; empty if there is one
     */
    public record Estimate(String pull, Optional<Tenant> tenant, long rows, long bytes, long requests, long aDay,
            FirstLoads.EstimatedRange minutes, String problem) {}

    /**
     * All pulls.
     *
     * @param questions about keys, before the loads begin
     * @param minutes that they take together
     * @param leftOut the tables that patterns fit to and leave out, and why
     * @param idleExceptions what patterns are to leave out, and is not there, in sentences
     */
    public record Estimated(List<Estimate> estimates, long questions, FirstLoads.EstimatedRange minutes,
            Map<String, Problem> leftOut, List<String> idleExceptions) {

        /** Also those of another connection, beside which these run. */
        private Estimated and(Estimated other) {
            var tables = new TreeMap<>(leftOut);
            tables.putAll(other.leftOut);
            return new Estimated(Stream.concat(estimates.stream(), other.estimates.stream()).toList(),
                    questions + other.questions, minutes.and(other.minutes), tables,
                    Stream.concat(idleExceptions.stream(), other.idleExceptions.stream()).toList());
        }
    }

    /** What the API counts of one pull in one company. */
    private record TableRows(PullPlan plan, long rows, long bytes) {}

    /** The same, and what loading it asks for. */
    private record Counted(PullPlan plan, Tenant tenant, long rows, long bytes, long requests) {
        /** A table that tells no changes is read completely each time. */
        long aDay() {
            return plan.tellsChanges() || !(plan.cadence() instanceof Cadence.Every every)
                    ? 0
                    : Math.max(1, requests) * Math.max(1, Duration.ofDays(1).dividedBy(every.interval()));
        }
    }

    /**
     * How fast answers come.
     *
     * @param request seconds of an answer with hardly a row
     * @param row seconds of each row
     */
    private record Speed(double request, double row) {
        FirstLoads.PlannedLoad walk(Counted counted) {
            return new FirstLoads.PlannedLoad(counted.tenant(), counted.requests(),
                    counted.requests() * request + counted.rows() * row);
        }
    }

    /** An answer, and how many seconds it took. */
    private record Timed(Answer answer, double seconds) {}

    /** @throws dev.nxtsync.graphql.FailedAnswer if the schema or the companies cannot be read */
    public Estimated all() {
        var all = new Estimated(List.of(), 0, new FirstLoads.EstimatedRange(0, 0), Map.of(), List.of());
        for (Settings.Connection connection : settings.connections().values()) {
            if (settings.pulls().values().stream().anyMatch(pull -> pull.connection().equals(connection.name()))) {
                all = all.and(of(connection));
            }
        }
        return all;
    }

    private Estimated of(Settings.Connection connection) {
        var estimates = new ArrayList<Estimate>();
        var tenancy = scopes.of(connection);
        var byOwner = new TreeMap<Tenant, List<PullPlan>>();
        var designed = designs.of(connection.name(), tenancy);
        designed.designs().forEach((pull, design) -> {
            if (design instanceof PullValidator.Sound sound) {
                for (Tenant owner : tenancy.owners(sound.plan())) {
                    byOwner.computeIfAbsent(owner, each -> new ArrayList<>()).add(sound.plan());
                }
            } else {
                estimates.add(problem(pull, Optional.empty(), design.obstacle().orElseThrow().coded()));
            }
        });
        var counted = new ArrayList<Counted>();
        double fastest = Double.MAX_VALUE;
        double polls = 0;
        for (var tenant : byOwner.entrySet()) {
            Tenant owner = tenant.getKey();
            polls += polls(tenant.getValue());
            var rows = new ArrayList<TableRows>();
            for (var plans : length.divide(tenant.getValue(), plan -> part("t0", plan).tokens())) {
                var timed = ask(connection.name(), owner, plans);
                fastest = Math.min(fastest, timed.seconds());
                if (timed.answer() instanceof Failure failure) {
                    plans.forEach(plan -> estimates.add(problem(plan.name(), Optional.of(owner), failure.message())));
                } else {
                    rows.addAll(rows(plans, (Answer.Data) timed.answer()));
                }
            }
            counted.addAll(counted(owner, rows));
        }
        var speed = speed(connection.name(), counted, fastest);
        counted.forEach(each -> estimates.add(new Estimate(each.plan().name(), Optional.of(each.tenant()), each.rows(),
                each.bytes(), each.requests(), each.aDay(), loads(0, List.of(speed.walk(each))).minutes(), "")));
        var walks = new ArrayList<>(counted.stream().map(speed::walk).toList());
        designed.questions()
                .forEach((tenant, some) -> walks.add(new FirstLoads.PlannedLoad(tenant, some, some * speed.request())));
        return new Estimated(estimates, designed.questions().values().stream().mapToLong(Integer::longValue).sum(),
                counted.isEmpty() ? new FirstLoads.EstimatedRange(0, 0) : loads(polls, walks).minutes(),
                designed.leftOut(), designed.idleExceptions());
    }

    private FirstLoads loads(double polls, List<FirstLoads.PlannedLoad> walks) {
        return new FirstLoads(perMinute(), settings.budget().inProgress(), polls, walks);
    }

    private Timed ask(String connection, Tenant owner, List<PullPlan> plans) {
        var parts = new ArrayList<DocumentPart>();
        plans.forEach(plan -> parts.add(part("t" + parts.size(), plan)));
        return ask(connection, Document.of("plan", owner, false, parts), Map.of());
    }

    private static DocumentPart part(String alias, PullPlan plan) {
        return DocumentPart.page(alias, plan, plan.mapping().fields(), List.of(), plan.key(), SAMPLE).counting();
    }

    private Timed ask(String connection, Question question, Map<String, PageReader> readers) {
        long from = System.nanoTime();
        Answer answer = nxt.ask(connection, question, readers);
        return new Timed(answer, (System.nanoTime() - from) / 1e9);
    }

    private static List<TableRows> rows(List<PullPlan> plans, Answer.Data answer) {
        var rows = new ArrayList<TableRows>();
        for (PullPlan plan : plans) {
            JsonNode table = Pages.connection(plan, answer, "t" + rows.size());
            long count = table.path("totalCount").asLong();
            long sampled = table.path("items").size();
            rows.add(new TableRows(plan, count,
                    sampled == 0 ? 0 : count * table.path("items").toString().length() / sampled));
        }
        return rows;
    }

    private List<Counted> counted(Tenant owner, List<TableRows> rows) {
        var requests = LoadRequests.of(rows.stream()
                .map(each -> new LoadRequests.SizedTable(each.rows(),
                        Document.firstPage("t0", each.plan(), 1).stream().mapToInt(DocumentPart::tokens).sum(),
                        PageReader.size(each.plan())))
                .toList(), length);
        var counted = new ArrayList<Counted>();
        for (TableRows each : rows) {
            counted.add(new Counted(each.plan(), owner, each.rows(), each.bytes(), requests.get(counted.size())));
        }
        return counted;
    }

    /** By a page of the largest table. */
    private Speed speed(String connection, List<Counted> counted, double fastest) {
        var largest = counted.stream().max(Comparator.comparingLong(Counted::bytes));
        if (largest.isEmpty()) {
            return new Speed(fastest, 0);
        }
        PullPlan plan = largest.get().plan();
        var reader = new PageReader(plan.mapping(), plan.key(), plan.key(), Set.of());
        var page = DocumentPart.page("t0", plan, plan.mapping().fields(), List.of(), plan.key(),
                PageReader.size(plan).rows());
        var timed = ask(connection, Document.of("measure", largest.get().tenant(), false, List.of(page)),
                Map.of("t0", reader));
        int rows = reader.buffer().rows();
        return new Speed(fastest, rows == 0 ? 0 : Math.max(0, timed.seconds() - fastest) / rows);
    }

    /** How many requests a minute keep the tables of a company up to date. */
    private static double polls(List<PullPlan> plans) {
        return plans.stream().filter(PullPlan::tellsChanges).map(PullPlan::cadence)
                .filter(Cadence.Every.class::isInstance)
                .mapToDouble(every -> 60_000.0 / ((Cadence.Every) every).interval().toMillis()).max().orElse(0);
    }

    /** How many requests a minute there are for all. */
    public int perMinute() {
        return settings.budget().perMinute();
    }

    private static Estimate problem(String pull, Optional<Tenant> tenant, String reason) {
        return new Estimate(pull, tenant, 0, 0, 0, 0, new FirstLoads.EstimatedRange(0, 0),
                Optional.of(reason).filter(text -> !text.isEmpty()).orElse("?"));
    }
}
