package dev.nxtsync.store;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

import dev.nxtsync.support.TestDatabase;

/** A pull of one company that is loaded, with its target and a claim to write to it. */
final class TargetFixture {
    static final TargetTable TABLE = new TargetTable("nxt", "thing", "nxt_company", "things",
            List.of(new TargetColumn("id", ColumnType.INTEGER, ""), new TargetColumn("text", ColumnType.TEXT, ""),
                    new TargetColumn("number", ColumnType.BIGINT, "")),
            List.of("id"), Optional.empty(), false);

    final TestDatabase database = TestDatabase.create();
    final Database store = StoreFixture.migrated(database);
    final TableMaker maker = new TableMaker(store);
    final PullStates states = new PullStates(store);
    final Claim claim;

    TargetFixture() throws SQLException {
        UUID holder = UUID.randomUUID();
        database.execute(
                "insert into nxt_sync.job (kind, connection, scope, company, fence, holder) values ('poll', 'main', 'company', 1, 7, '"
                        + holder + "'); insert into nxt_sync.pull_state (pull, company) values ('things', 1)");
        claim = new Claim(1, "poll", "main", "company", 1, "", 0, 7, holder, 0, 0);
        make(TABLE);
        database.execute("update nxt_sync.pull_state set loaded_at = now(), complete_as_of = now()");
    }

    TableMaker.Made make(TargetTable table) throws SQLException {
        return maker.make("things", table, List.of("id", "text", "number"));
    }

    /** Writes a row, in the course of an increment. */
    Written write(int id, String text) throws SQLException {
        return write(PageWriter.Way.MERGE, id, text);
    }

    Written write(PageWriter.Way way, int id, String text) throws SQLException {
        var page = new PageBuffer(TABLE, 1 << 20, Set.of());
        String[] values = {Integer.toString(id), text, "7"};
        page.add(Cells.of(values), IntStream.range(0, values.length).toArray(), () -> "{}");
        return new PageWriter(store).write(claim, TABLE, page, way, increment());
    }

    PullStates.IncrementPage increment() {
        return increment(claim);
    }

    static PullStates.IncrementPage increment(Claim claim) {
        return new PullStates.IncrementPage("things", claim.company(), Instant.EPOCH, Optional.empty(),
                Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    PullState state() throws SQLException {
        return states.of("things", 1).orElseThrow();
    }
}
