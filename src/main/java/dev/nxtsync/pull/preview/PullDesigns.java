package dev.nxtsync.pull.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Pulls.MatchedTable;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.key.KeySearch;
import dev.nxtsync.pull.plan.CompanyScopes.Tenancy;
import dev.nxtsync.pull.plan.PullValidator;
import dev.nxtsync.pull.plan.PullValidator.Design;
import dev.nxtsync.tenant.Tenant;

/** What would become of a connection's pulls, and of the tables that patterns fit to. Writes nothing. */
@Singleton
class PullDesigns {
    /** In so many companies the keys of tables that a pattern fits to are looked for, since there are many. */
    private static final int COMPANIES = 3;

    private final Settings settings;
    private final Pulls pulls;
    private final Introspection introspection;
    private final KeySearch search;

    PullDesigns(Settings settings, Pulls pulls, Introspection introspection, KeySearch search) {
        this.settings = settings;
        this.pulls = pulls;
        this.introspection = introspection;
        this.search = search;
    }

    /**
     * What was found out.
     *
     * @param designs by pull
     * @param leftOut the tables that patterns fit to and leave out, and why
     * @param idleExceptions what patterns are to leave out, and is not there, in sentences
     * @param questions that the daemon will ask about keys, by company or customer
     */
    record Designed(Map<String, Design> designs, Map<String, Problem> leftOut, List<String> idleExceptions,
            Map<Tenant, Integer> questions) {}

    /** @throws dev.nxtsync.graphql.FailedAnswer if the schema cannot be read */
    Designed of(String connection, Tenancy tenancy) {
        var own = pulls.written(connection).stream().filter(pull -> !pull.table().isEmpty()).toList();
        var idleExceptions = new ArrayList<String>();
        var tables = introspection.tables(connection, pulls.possible(connection, () -> {
            var names = introspection.tableNames(connection);
            idleExceptions.addAll(pulls.idleExceptions(connection, names));
            return names;
        }).stream().map(Settings.Pull::table).filter(table -> !table.isEmpty()).distinct().toList());
        var matched = pulls.matched(connection, tables.known().keySet(), table -> {
            Table known = tables.known().get(table);
            return known == null || known.tellsChanges();
        });
        var leftOut = new TreeMap<String, Problem>();
        var all = new ArrayList<>(own);
        for (MatchedTable each : matched) {
            each.obstacle()
                    .ifPresentOrElse(
                            reason -> leftOut.put(each.pull().table(),
                                    new Problem(ErrorCode.CONFIGURATION, Words.sentence(reason))),
                            () -> all.add(each.pull()));
        }
        var owners = tenancy.owners(tables);
        var forecast = search.forecast(connection, all, tables, owners, pull -> some(pull, owners.apply(pull)));
        var designs = new TreeMap<String, Design>();
        PullValidator.validate(all, tables, forecast.choices()::choice, settings).forEach((name, design) -> {
            if (pulls.isOfPattern(name) && design.obstacle().isPresent()) {
                matched.stream().filter(each -> each.pull().name().equals(name)).forEach(each -> {
                    Problem reason = design.obstacle().get();
                    leftOut.put(each.pull().table(), new Problem(reason.errorCode(), each.reason(reason.message())));
                });
            } else {
                designs.put(name, design);
            }
        });
        pulls.idle(connection, matched).forEach((pattern, reason) -> designs.put(pattern,
                new PullValidator.Flawed(new Problem(ErrorCode.TABLE_UNKNOWN, reason))));
        return new Designed(designs, leftOut, idleExceptions, forecast.questions());
    }

    private List<Tenant> some(Settings.Pull pull, List<Tenant> owners) {
        return pulls.isOfPattern(pull.name()) ? owners.stream().limit(COMPANIES).toList() : owners;
    }
}
