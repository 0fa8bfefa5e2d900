package dev.nxtsync.pull.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.key.LikelyKeys;
import dev.nxtsync.pull.plan.CompanyScopesFixture;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Size;

/** What a large schema costs to discover. */
class TableDiscoveryTest {
    private final List<Question> asked = new ArrayList<>();
    private final List<String> progress = new ArrayList<>();

    /** In full, a thousand tables. */
    @Test
    void aRequestTellsOfMoreThan25Tables() {
        int tables = Size.of(500, 1_000);
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1).withTables(tables))) {
            long from = System.nanoTime();
            var found = discover(sandbox, Integer.MAX_VALUE);
            assertThat(found.tables()).hasSizeGreaterThan(tables).allMatch(each -> each.rows().isPresent());
            assertThat(asked.size() * 25).as("tables that as many requests may tell of")
                    .isLessThan(found.tables().size());
            assertThat(progress).contains(found.tables().size() + " of " + found.tables().size() + " tables are known");
            Size.figure("%d tables discovered with %d requests in %.1f s; the longest document has %d characters",
                    tables, asked.size(), (System.nanoTime() - from) / 1e9,
                    asked.stream().mapToInt(question -> question.document().length()).max().orElse(0));
        }
    }

    @Test
    void anAnswerThatIsTooLargeIsAskedInPartsUntilItIsNot() {
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1).withTables(60))) {
            assertThat(discover(sandbox, 7).tables()).hasSizeGreaterThan(60)
                    .anyMatch(table -> !table.likely().isEmpty());
            assertThat(asked.stream().filter(question -> question.operation().equals("keys")).count()).isGreaterThan(8);
            assertThat(asked.stream().filter(question -> question.operation().equals("introspect")).count())
                    .as("two were too large").isBetween(10L, 16L);
        }
    }

    /** @param most so many tables have room in an answer */
    private TableDiscovery.Discovered discover(Sandbox sandbox, int most) {
        sandbox.acceptAnyToken();
        var nxt = NxtClientFixture.at(sandbox.url() + "/api/graphql", question -> {
            asked.add(question);
            int types = question.operation().equals("keys") ? 3 : 4;
            return List.of("introspect", "keys").contains(question.operation())
                    && question.variables().size() / types > most
                            ? Optional
                                    .of(new Failure.Unreadable("It is too long.", "", false, true, java.util.Set.of()))
                            : Optional.empty();
        });
        var discovery = new TableDiscovery(SchemaFixture.introspection(nxt), CompanyScopesFixture.of(nxt),
                new LikelyKeys(SchemaFixture.hints(nxt), SettingsFixture.defaults()), nxt);
        return discovery.of(SettingsFixture.defaults().connections().values().iterator().next(),
                (what, done, all) -> progress.add(done + " of " + all + " " + what));
    }
}
