package dev.nxtsync.pull.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.PrimaryKeys;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.pull.Document;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.DocumentLength;
import dev.nxtsync.pull.Pages;
import dev.nxtsync.pull.Uniqueness;
import dev.nxtsync.pull.plan.CompanyScopes;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullValidator;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/** Goes through the pulls of a connection without writing anything, for the command {@code check}. */
@Singleton
public class DryRun {
    /** Rows in which a key that is not unique is looked for. */
    private static final int SOME = 100;

    private final PullDesigns designs;
    private final NxtClient nxt;
    private final DocumentLength length;

    DryRun(PullDesigns designs, NxtClient nxt, DocumentLength length) {
        this.designs = designs;
        this.nxt = nxt;
        this.length = length;
    }

    /** A company, or the customer of a system table, in which a row of each pull was asked for, or some where its key may be wrong. */
    public record TenantReading(Tenant tenant, Optional<Problem> obstacle) {}

    /**
     * What was found.
     *
     * @param designs by pull
     * @param idleExceptions what patterns are to leave out, and is not there, in sentences
     * @param strangers by pull, companies that it names and the connection does not see
     * @param leftOut the tables that patterns fit to and leave out, and why
     * @param targets by pull, what it would write to
     */
    public record DryRunResult(Map<String, PullValidator.Design> designs, Map<String, Problem> leftOut,
            List<String> idleExceptions, Map<String, List<Integer>> strangers, Map<String, TargetTable> targets,
            List<TenantReading> readings) {}

    /**
     * Asks one request for the schema, and one for each company, or some if it is about hundreds of tables; and some more for keys
     * that are not documented.
     *
     * @param customers whom the connection is for
     * @param companies that it sees
     * @param most companies that are asked at most
     * @throws dev.nxtsync.graphql.FailedAnswer if the schema cannot be read
     */
    public DryRunResult of(Settings.Connection connection, List<Integer> customers, List<Tenants.Company> companies,
            int most) {
        var tenancy = new CompanyScopes.Tenancy(customers, companies);
        var designed = designs.of(connection.name(), tenancy);
        var seen = companies.stream().map(Tenants.Company::number).toList();
        var strangers = new TreeMap<String, List<Integer>>();
        var targets = new TreeMap<String, TargetTable>();
        var byTenant = new TreeMap<Tenant, List<PullPlan>>();
        designed.designs().forEach((name, design) -> {
            if (design instanceof PullValidator.Sound sound) {
                PullPlan plan = sound.plan();
                targets.put(name, plan.target());
                for (Tenant owner : tenancy.owners(plan)) {
                    if (owner.scope() == Scope.COMPANY && !seen.contains(owner.number())) {
                        strangers.computeIfAbsent(name, each -> new ArrayList<>()).add(owner.number());
                    } else {
                        byTenant.computeIfAbsent(owner, each -> new ArrayList<>()).add(plan);
                    }
                }
            }
        });
        var readings = byTenant.entrySet().stream().limit(most)
                .map(each -> read(connection, each.getKey(), each.getValue())).toList();
        return new DryRunResult(designed.designs(), designed.leftOut(), designed.idleExceptions(), strangers, targets,
                readings);
    }

    private TenantReading read(Settings.Connection connection, Tenant tenant, List<PullPlan> plans) {
        return new TenantReading(tenant, length.divide(plans, plan -> part("t0", plan).tokens()).stream()
                .flatMap(some -> obstacle(connection, tenant, some).stream()).findFirst());
    }

    private static DocumentPart part(String alias, PullPlan plan) {
        return DocumentPart.page(alias, plan, plan.mapping().fields(), List.of(), plan.key(),
                isOfAPerson(plan) ? SOME : 1);
    }

    private Optional<Problem> obstacle(Settings.Connection connection, Tenant tenant, List<PullPlan> plans) {
        var parts = new ArrayList<DocumentPart>();
        plans.forEach(plan -> parts.add(part("t" + parts.size(), plan)));
        Answer answer = nxt.ask(connection.name(), Document.of("check", tenant, false, parts));
        if (answer instanceof Failure failure) {
            return Optional.of(failure.reason());
        }
        for (int i = 0; i < plans.size(); i++) {
            var rows = Pages.connection(plans.get(i), (Answer.Data) answer, "t" + i).path("items");
            if (Uniqueness.verdict(plans.get(i), rows) instanceof Uniqueness.Repeated repeated) {
                return Optional.of(repeated.reason());
            }
        }
        return Optional.empty();
    }

    /** Whether somebody has set the key, so that it may be wrong; a part of a key shows soon in the order of that part. */
    private static boolean isOfAPerson(PullPlan plan) {
        return !plan.pull().key().isEmpty() && !PrimaryKeys.of(plan.table().name()).equals(Optional.of(plan.key()));
    }
}
