package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** A table that a user has locked, as an index does that is built, and the companies that would write to it. */
class LockedTargetsTest {
    private static final int COMPANIES = 12;
    /** More than a moment, less than the patience of one who waits. */
    private static final Duration LONG = Duration.ofSeconds(1);

    private final TargetFixture fixture;
    private final AtomicInteger transactions = new AtomicInteger();

    LockedTargetsTest() throws SQLException {
        fixture = new TargetFixture();
    }

    @Test
    void oneWaitsForTheLockOfATargetAndTheOthersAreToldAtOnceUntilItIsFree() throws Exception {
        var writer = new PageWriter(new Database(counted()), new SimpleMeterRegistry());
        var claims = new ArrayList<Claim>();
        for (int company = 2; company < 2 + COMPANIES; company++) {
            claims.add(claim(company));
        }
        int waited = 0;
        try (var user = fixture.database.connect(); var statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("lock table nxt.thing in share mode");
            for (Claim claim : claims) {
                transactions.set(0);
                long since = System.nanoTime();
                var fault = catchThrowableOfType(TargetFault.class, () -> write(writer, claim));
                waited += System.nanoTime() - since > LONG.toNanos() ? 1 : 0;
                assertThat(fault.reason().message()).contains("lock timeout (SQLSTATE 55P03)");
                assertThat(transactions).as("one attempt, and a look for a frozen session").hasValue(2);
            }
        }
        assertThat(waited).isEqualTo(1);
        for (Claim claim : claims) {
            assertThat(write(writer, claim).inserted()).as(claim.toString()).isEqualTo(1);
        }
    }

    @Test
    void afterAWhileOneWaitsAgain() {
        var now = new AtomicLong();
        var locked = new LockedTargets(now::get);
        assertThat(locked.isLocked(TargetFixture.TABLE)).isFalse();
        locked.met(TargetFixture.TABLE);
        now.set(Duration.ofSeconds(9).toNanos());
        assertThat(locked.isLocked(TargetFixture.TABLE)).isTrue();
        // who was told at once does not make it last longer
        locked.met(TargetFixture.TABLE);
        now.set(Duration.ofSeconds(10).toNanos());
        assertThat(List.of(locked.isLocked(TargetFixture.TABLE), locked.isLocked(TargetFixture.TABLE))).as("one waits")
                .containsExactly(false, true);
        locked.free(TargetFixture.TABLE);
        assertThat(locked.isLocked(TargetFixture.TABLE)).isFalse();
    }

    private DataSource counted() {
        var source = new PGSimpleDataSource() {
            private static final long serialVersionUID = 1L;

            @Override
            public java.sql.Connection getConnection() throws SQLException {
                transactions.incrementAndGet();
                return super.getConnection();
            }
        };
        source.setUrl(fixture.database.url());
        source.setUser(fixture.database.user());
        return source;
    }

    private Claim claim(int company) {
        UUID holder = UUID.randomUUID();
        fixture.database.execute("insert into nxt_sync.job (kind, connection, scope, company, fence, holder) values "
                + "('poll', 'main', 'company', " + company + ", " + company + ", '" + holder
                + "'); insert into nxt_sync.pull_state (pull, company) values ('things', " + company + ")");
        long unit = fixture.database.number("select id from nxt_sync.job where company = " + company);
        return new Claim(unit, WorkUnit.ofPull(UnitKind.POLL, "main", Tenant.company(company), ""), company, holder, 0,
                0);
    }

    private static WriteCounts write(PageWriter writer, Claim claim) throws SQLException {
        var page = new PageBuffer(TargetFixture.TABLE, 1 << 20, Set.of());
        String[] values = {"1", "text", "7"};
        page.add(TargetFixture.row(values), IntStream.range(0, values.length).toArray(), () -> "{}");
        return writer.write(claim, TargetFixture.TABLE, page, PageWriter.Way.MERGE, TargetFixture.increment(claim));
    }
}
