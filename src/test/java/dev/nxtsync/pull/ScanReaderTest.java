package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.jobs.CompanyAccessFixture;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.tenant.Tenant;

/** What a page of a table comes to, whoever reads it. */
class ScanReaderTest {
    private final List<Answer> told = new ArrayList<>();

    @Test
    void aPageIsReadWithItsCountAndARefusalIsGivenBack() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 5), Map.of("NXT_PULLS_ORDERS_TABLE", "order"))) {
            PullPlan plan = plan(pulls, "orders");
            var read = (ScanReader.PageRead) page(pulls, plan);
            assertThat(read.reader().buffer().rows()).isEqualTo(5);
            assertThat(read.page().more()).isFalse();
            assertThat(read.page().count()).contains(5L);
            assertThat(told).as("no key was in doubt").isEmpty();
            pulls.sandbox.faults(Map.of("refused-count", 1.0));
            assertThat(((ScanReader.PageRead) page(pulls, plan)).page().count()).as("rows without their count")
                    .isEmpty();
            var failure = new Failure.Unauthorized("no", "");
            pulls.instead = question -> Optional.of(failure);
            assertThat(page(pulls, plan)).isEqualTo(new ScanReader.PageRefused(failure));
        }
    }

    @Test
    void aKeyThatStandsForSeveralRowsIsNoPageNorIsOneOfWhichNobodySays() throws Exception {
        try (var pulls = new PullsFixture(Map.of("voucher", 20),
                Map.of("NXT_PULLS_VOUCHERS_TABLE", "voucher", "NXT_PULLS_VOUCHERS_KEY", "batchNo"))) {
            PullPlan plan = plan(pulls, "vouchers");
            assertThat(((ScanReader.KeyNotUnique) page(pulls, plan)).verdict()).isInstanceOf(Uniqueness.Repeated.class);
            assertThat(told).hasSize(1);
            pulls.instead = question -> question.document().contains("key_voucher")
                    ? Optional.of(new Failure.Rejected("no", "", List.of()))
                    : Optional.empty();
            assertThat(((ScanReader.KeyNotUnique) page(pulls, plan)).verdict()).isInstanceOf(Uniqueness.Unknown.class);
        }
    }

    private ScanReader.Reading page(PullsFixture pulls, PullPlan plan) {
        var access = CompanyAccessFixture.access(CompanyAccessFixture.outages(pulls::now));
        var source = new PullSource(pulls.nxt, access, new Uniqueness(pulls.nxt), new RowCounting(), pulls.places(),
                pulls.length);
        var scanReader = new ScanReader(source, plan, Tenant.company(COMPANY), (what, parts, pages) -> pulls.nxt
                .ask("main", Document.of(what, Tenant.company(COMPANY), false, parts), pages), told::add);
        var parts = Document.withCensus(plan,
                DocumentPart.page("t0", plan, plan.mapping().fields(), List.of(), plan.key(), 50));
        return scanReader.page(
                new ScanReader.Wish("test", parts, new PageReader(plan.mapping(), plan.key(), plan.key(), Set.of()),
                        plan.pageSize(), Optional.empty(), PageBuffer::contradicted));
    }

    private static PullPlan plan(PullsFixture pulls, String name) {
        return ((PullPlans.Ready) pulls.plans.of(name).orElseThrow()).plan();
    }
}
