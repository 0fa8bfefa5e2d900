package dev.nxtsync.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.nxtsync.support.TestDatabase;

class RowsCountedTest {
    private final TestDatabase database = TestDatabase.create();

    @Test
    void aLoadEndsWithTheNumberOfRowsThatTheTargetHasWhateverWasThereBefore() throws Exception {
        var store = StoreFixture.migrated(database);
        var replica = new Replica(store);
        var claims = new Claims(store, replica);
        var table = new TargetTable("nxt", "thing", "nxt_company", "things",
                List.of(new TargetColumn("id", ColumnType.INTEGER, "")), List.of("id"), Optional.empty(), false);
        new TableMaker(store).make("orders", table, List.of("id"));
        // as it was left by an nxt_sync that was since made anew, with a row that is gone and one of another company
        database.execute("""
                insert into nxt.thing select 7, id, '2026-11-01' from generate_series(1, 500) id;
                insert into nxt.thing values (7, 501, '2026-11-01', '2026-11-01'), (8, 1, '2026-11-01', null)""");
        replica.beat();
        claims.declare("orders", "main", "company", 7);
        Claim load = claims.claim(List.of(new Claims.Kind("load", "main")), List.of(), true).orElseThrow();
        var writer = new PageWriter(store);
        writer.write(load, table, page(table, 1, 250), PageWriter.Way.MERGE, checkpoint(load, false));
        writer.write(load, table, page(table, 251, 512), PageWriter.Way.MERGE, checkpoint(load, true));
        assertThat(database.number("select rows from nxt_sync.freshness")).isEqualTo(512);
        // what others have done to the target is seen by the next load
        database.execute("delete from nxt.thing where id > 400");
        claims.free(load, Optional.empty(), Optional.empty(), true);
        Claim again = ((Claims.Claimed) claims.claim("load", "main", "company", 7, "orders", 0)).claim();
        writer.write(again, table, page(table, 1, 10), PageWriter.Way.MERGE, checkpoint(again, true));
        assertThat(database.number("select rows from nxt_sync.freshness")).isEqualTo(400);
    }

    private static Passes.LoadPage checkpoint(Claim load, boolean ended) {
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        return new Passes.LoadPage(load, Pass.wanted("orders", 7, Pass.Kind.LOAD), now, ended, now, now);
    }

    private static PageBuffer page(TargetTable table, int from, int to) {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        for (int id = from; id <= to; id++) {
            page.add(Cells.of(Integer.toString(id)), new int[]{0}, () -> "{}");
        }
        return page;
    }
}
