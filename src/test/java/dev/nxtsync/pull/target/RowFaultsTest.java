package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** Rows that were set aside, and are not listed any more. */
class RowFaultsTest {
    private static final TargetTable CODED = new TargetTable("nxt", "coded", "nxt_company", "things",
            List.of(new TargetColumn("code", ColumnType.TEXT, ""), new TargetColumn("number", ColumnType.NUMERIC, "")),
            List.of("code", "number"), Optional.empty(), false);

    private final TargetFixture fixture = new TargetFixture();

    RowFaultsTest() throws SQLException {}

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":\"\\u0000\"}", "{\"id\":\"\\ud800\"}", "{\"id\":\"\\udc00\\ud800\"}",
            "{\"id\":1e999999999}", "{\"id\":1e99999999999}", "{\"id\":NINES}", "{\"id\":\"x\"}", "{\"id\":\"\"}",
            "{\"id\":null}", "{\"id\":-2147483649}", "{\"id\":1.5}", "{\"id\":\"LONG\"}", "{\"id\":[1]}",
            "{\"other\":1}", "{}", "[]", "7", "{\"id\":7}"})
    void aKeyOfAnyKindIsForgottenOnceItsRowIsGone(String key) throws SQLException {
        fault("{\"id\":3}");
        fault(key.replace("NINES", "9".repeat(150_000)).replace("LONG", "x".repeat(1_000_000)));
        fixture.write(3, "an older version");
        settle(TargetFixture.TABLE, List.of("id"));
        assertThat(fixture.database.value("select string_agg(key::text, ' ') from nxt_sync.row_fault"))
                .isEqualTo("{\"id\":3}");
    }

    @Test
    void keysOfSeveralColumnsAreComparedAsPostgresDoes() throws SQLException {
        fixture.migrator.make("things", CODED, List.of("code", "number"));
        fixture.database.execute(
                "insert into nxt.coded (nxt_company, code, number, nxt_read_at) values (1, 'a''b', 1.50, now()), "
                        + "(1, '', 0, now()), (2, 'other', 1, now())");
        for (String key : List.of("{\"code\":\"a'b\",\"number\":1.5}", "{\"number\":0e5,\"code\":\"\"}",
                "{\"code\":\"other\",\"number\":1}", "{\"code\":\"a'b\",\"number\":1.51}", "{\"code\":\"a'b\"}")) {
            fault(key);
        }
        settle(CODED, List.of("code", "number"));
        assertThat(
                fixture.database.value("select string_agg(key::text, ' ' order by key::text) from nxt_sync.row_fault"))
                .isEqualTo("{\"code\":\"a'b\",\"number\":1.5} {\"number\":0e5,\"code\":\"\"}");
    }

    @Test
    void whoSawARowBeforeDoesNotMakeItUnseen() throws SQLException {
        var page = new PageBuffer(TargetFixture.TABLE, 1 << 20, java.util.Set.of());
        page.add(TargetFixture.row("1", "nul \u0000", "7"), new int[]{0, 1, 2}, () -> "{\"id\":1}");
        Instant now = Instant
                .parse(fixture.database.value("select to_json(clock_timestamp() at time zone 'UTC') #>> '{}'") + "Z");
        for (Instant readAt : List.of(now.minusSeconds(20), now.minusSeconds(10), now.minusSeconds(30))) {
            new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE, page,
                    PageWriter.Way.MERGE, new TargetFixture.At(readAt));
        }
        assertThat(fixture.database
                .number("select extract(epoch from clock_timestamp() - seen_at)::int from nxt_sync.row_fault"))
                .isBetween(9L, 19L);
    }

    private void fault(String key) {
        fixture.database
                .execute("insert into nxt_sync.row_fault (job, company, key, reason, seen_at) values ('things', 1, '"
                        + key.replace("'", "''") + "', 'because', now() - interval '1 hour')");
    }

    private void settle(TargetTable table, List<String> names) throws SQLException {
        var unit = new Claim(1, WorkUnit.ofPull(UnitKind.RECONCILIATION, "main", Tenant.company(1), "things"), 7,
                fixture.claim.holder(), 0, 0);
        fixture.store.inTransaction(transaction -> {
            RowFaults.settle(transaction, unit, table, names, Instant.now());
            return true;
        });
    }
}
