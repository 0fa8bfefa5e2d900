package dev.nxtsync.pull.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.Database;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.DocumentLength;
import dev.nxtsync.pull.key.KeyFixture;
import dev.nxtsync.pull.key.KeyProofs;
import dev.nxtsync.pull.key.KeyProver;
import dev.nxtsync.pull.key.KeySearch;
import dev.nxtsync.pull.plan.CompanyScopes;
import dev.nxtsync.pull.plan.CompanyScopesFixture;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** What a pull of many tables costs, as it is told before, beside what it then costs. */
class LoadEstimatesTest {
    private static final int COMPANIES = 5;

    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final AtomicInteger asked = new AtomicInteger();
    private final Settings settings;

    LoadEstimatesTest() {
        var environment = new HashMap<>(Map.of("NXT_PULLS_ALL_TABLE", "generated*", "NXT_PULLS_ALL_EXCEPT_TABLES",
                "generated3,generated1777", "NXT_DATABASE_URL", database.url(), "NXT_DATABASE_USER", database.user()));
        settings = SettingsFixture.of(environment);
    }

    @Test
    void questionsAboutKeysAreCountedForAllCompaniesAndNotOnceTheyAreRemembered() throws SQLException {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(COMPANIES)
                .withTables(60).withInputs("two"))) {
            sandbox.acceptAnyToken();
            NxtClient nxt = NxtClientFixture.at(sandbox.url() + "/api/graphql", question -> {
                asked.addAndGet(question.operation().equals("prove_keys") ? 1 : 0);
                return Optional.empty();
            });
            var introspection = SchemaFixture.introspection(nxt);
            var search = KeyFixture.search(nxt, settings);
            var scopes = CompanyScopesFixture.of(nxt);
            var estimates = new LoadEstimates(settings,
                    new PullDesigns(settings, new Pulls(settings), introspection, search), nxt, scopes,
                    new DocumentLength());
            var before = estimates.all();
            assertThat(asked.getAndSet(0)).as("three companies are asked, and no more").isPositive()
                    .isLessThan((int) before.questions());
            assertThat(before.idleExceptions()).singleElement().asString().contains("generated1777");
            prove(nxt, introspection, search, scopes);
            assertThat(before.questions()).isEqualTo(asked.getAndSet(0));

            var after = estimates.all();
            assertThat(after.questions()).isZero();
            assertThat(asked.get()).isZero();
            assertThat(after.estimates()).as("by what is remembered").isNotEmpty()
                    .extracting(LoadEstimates.Estimate::pull, LoadEstimates.Estimate::requests)
                    .containsAll(before.estimates().stream().map(each -> tuple(each.pull(), each.requests())).toList());
            // the last company, which plan would not ask, contradicts a key
            database.execute("update nxt_sync.key_proof set verdict = 'repeated', detail = 'x' where table_name = "
                    + "'generated1' and company = " + (5_280_000 + COMPANIES));
            assertThat(estimates.all().leftOut().get("generated1").message())
                    .contains("not unique in company " + (5_280_000 + COMPANIES) + ", where x");
            database.execute("update nxt_sync.key_proof set at = at - interval '2 h' where verdict = 'repeated' and "
                    + "detail = 'x'");
            assertThat(estimates.all().questions()).as("what stands in the way is asked once more").isOne();
        }
    }

    /** As the daemon does. */
    private void prove(NxtClient nxt, Introspection introspection, KeySearch search, CompanyScopes scopes)
            throws SQLException {
        var pulls = new Pulls(settings).possible("main", () -> introspection.tableNames("main"));
        var tables = introspection.tables("main", pulls.stream().map(Settings.Pull::table).toList());
        var schema = search.schema("main", pulls, tables);
        var tenancy = scopes.of(settings.connections().get("main"));
        var prover = new KeyProver(nxt, new KeyProofs(store));
        boolean more = true;
        while (more) {
            more = !prover.choose("main", pulls, schema, tenancy.owners(tables), pull -> Optional.<List<String>>empty())
                    .toAsk().isEmpty();
            while (prover.step()) {
                prover.takeNews("main");
            }
        }
    }
}
