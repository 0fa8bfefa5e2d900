package dev.nxtsync.pull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Nxt;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.pull.Document.Part;

/** What first loads will cost: asks one question for each company, and writes nothing. */
@Singleton
public class Estimates {
    private static final int SAMPLE = 20;

    private final Settings settings;
    private final Introspection introspection;
    private final Nxt nxt;
    private final Tenancies tenancies;

    Estimates(Settings settings, Introspection introspection, Nxt nxt, Tenancies tenancies) {
        this.settings = settings;
        this.introspection = introspection;
        this.nxt = nxt;
        this.tenancies = tenancies;
    }

    /**
     * One pull in one company.
     *
     * @param bytes of its rows as JSON, by a small sample
     * @param minutes that the requests take if they have the whole budget
     * @param problem why there is no estimate; empty if there is one
     */
    public record Estimate(String pull, int company, long rows, long bytes, long requests, double minutes,
            String problem) {}

    /** @throws dev.nxtsync.graphql.FailedAnswer if the schema or the companies cannot be read */
    public List<Estimate> all() {
        var estimates = new ArrayList<Estimate>();
        for (Settings.Connection connection : settings.connections().values()) {
            var pulls = settings.pulls().values().stream()
                    .filter(pull -> pull.connection().equals(connection.name())).toList();
            if (pulls.isEmpty()) {
                continue;
            }
            var tenancy = tenancies.of(connection);
            var byOwner = new TreeMap<String, List<PullPlan>>();
            var owners = new TreeMap<String, Integer>();
            PullDesign.of(pulls, introspection.tables(connection.name(),
                    pulls.stream().map(Settings.Pull::table).distinct().toList()), settings).forEach((pull, design) -> {
                        if (design instanceof PullDesign.Sound sound) {
                            for (int owner : tenancy.owners(sound.plan())) {
                                String tenant = sound.plan().table().scope().tenant(owner);
                                owners.put(tenant, owner);
                                byOwner.computeIfAbsent(tenant, each -> new ArrayList<>()).add(sound.plan());
                            }
                        } else {
                            estimates.add(problem(pull, 0, ((PullDesign.Flawed) design).reason().coded()));
                        }
                    });
            byOwner.forEach((tenant, plans) -> estimates
                    .addAll(company(connection.name(), owners.getOrDefault(tenant, 0), plans)));
        }
        return estimates;
    }

    private List<Estimate> company(String connection, int owner, List<PullPlan> plans) {
        var parts = new ArrayList<Part>();
        for (PullPlan plan : plans) {
            parts.add(Part.page("t" + parts.size(), plan, plan.mapping().fields(), List.of(), plan.key(), SAMPLE)
                    .counting());
        }
        Answer answer = nxt.ask(connection,
                Document.of("plan", plans.get(0).table().scope(), owner, false, parts), Map.of());
        if (answer instanceof Failure failure) {
            return plans.stream().map(plan -> problem(plan.name(), owner, failure.message())).toList();
        }
        var estimates = new ArrayList<Estimate>();
        for (PullPlan plan : plans) {
            JsonNode table = Pages.connection(plan, (Answer.Data) answer, "t" + estimates.size());
            long rows = table.path("totalCount").asLong();
            long sampled = table.path("items").size();
            long bytes = sampled == 0 ? 0 : rows * table.path("items").toString().length() / sampled;
            long requests = requests(plan, rows);
            estimates.add(new Estimate(plan.name(), owner, rows, bytes, requests, (double) requests / perMinute(), ""));
        }
        return estimates;
    }

    /** How many requests a minute there are for all. */
    public int perMinute() {
        return Math.max(1, settings.budget().requestsPerMinute() / settings.budget().share());
    }

    private static Estimate problem(String pull, int company, String reason) {
        return new Estimate(pull, company, 0, 0, 0, 0, Optional.of(reason).filter(text -> !text.isEmpty()).orElse("?"));
    }

    /** With pages that grow as they do in a load in which all goes well. */
    static long requests(PullPlan plan, long rows) {
        var size = plan.pageSize();
        long requests = 1;
        long rest = rows - size.rows();
        while (rest > 0) {
            size.good();
            rest -= size.rows();
            requests++;
        }
        return requests;
    }
}
