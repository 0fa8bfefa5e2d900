package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.Database;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

/** A pull of one company that is loaded, with its target and a claim to write to it. */
public final class TargetFixture {
    public static final TargetTable TABLE = new TargetTable(
            "nxt", "thing", "nxt_company", "things", List.of(new TargetColumn("id", ColumnType.INTEGER, ""),
                    new TargetColumn("text", ColumnType.TEXT, ""), new TargetColumn("number", ColumnType.BIGINT, "")),
            List.of("id"), Optional.empty(), false);

    public final TestDatabase database;
    public final Database store;
    public final Replica replica;
    public final TableMigrator migrator;
    public final PullStates states;
    public final Claim claim;

    public TargetFixture() throws SQLException {
        this(TestDatabase.create(), "");
    }

    /** @param before what a user has done before the first run */
    public TargetFixture(TestDatabase database, String before) throws SQLException {
        this.database = database;
        database.execute(before);
        store = ScheduleFixture.migrated(database);
        replica = new Replica(store);
        migrator = new TableMigrator(store, replica);
        states = new PullStates(store);
        UUID holder = UUID.randomUUID();
        database.execute(
                "insert into nxt_sync.job (kind, connection, scope, company, fence, holder) values ('poll', 'main', 'company', 1, 7, '"
                        + holder + "'); insert into nxt_sync.pull_state (pull, company) values ('things', 1)");
        claim = new Claim(1, WorkUnit.ofPull(UnitKind.POLL, "main", Tenant.company(1), ""), 7, holder, 0, 0);
        make(TABLE);
        database.execute("update nxt_sync.pull_state set loaded_at = now(), complete_as_of = now()");
    }

    public TableMigrator.Made make(TargetTable table) throws SQLException {
        return migrator.make("things", table, List.of("id", "text", "number"));
    }

    /** Whether the table of the pull is as it must be. */
    public boolean fits(TargetTable table) throws SQLException {
        return !migrator.fitting(Map.of("things", table)).isEmpty();
    }

    /** Writes a row, in the course of an increment. */
    public WriteCounts write(int id, String text) throws SQLException {
        return write(PageWriter.Way.MERGE, id, text);
    }

    public WriteCounts write(PageWriter.Way way, int id, String text) throws SQLException {
        var page = new PageBuffer(TABLE, 1 << 20, Set.of());
        String[] values = {Integer.toString(id), text, "7"};
        page.add(row(values), IntStream.range(0, values.length).toArray(), () -> "{}");
        return new PageWriter(store, new SimpleMeterRegistry()).write(claim, TABLE, page, way, increment());
    }

    /** Writes rows that were read at some time: an id, a text and a number each. */
    public WriteCounts write(PageWriter.Way way, Instant readAt, String... rows) throws SQLException {
        return new PageWriter(store, new SimpleMeterRegistry()).write(claim, TABLE, page(rows), way, new At(readAt));
    }

    /** A row of these texts. */
    public static RowBuffer row(@Nullable String... texts) {
        var row = new RowBuffer(texts.length);
        row.clear();
        for (int i = 0; i < texts.length; i++) {
            var text = texts[i];
            if (text != null) {
                row.set(i, text.toCharArray(), 0, text.length());
            }
        }
        return row;
    }

    static PageBuffer page(String... rows) {
        var page = new PageBuffer(TABLE, 1 << 20, Set.of());
        for (String row : rows) {
            page.add(row(row.split(" ")), new int[]{0, 1, 2}, () -> "{}");
        }
        return page;
    }

    /** Keeps nothing. */
    public record At(Instant readAt) implements Checkpoint {
        @Override
        public String pull() {
            return "things";
        }

        @Override
        public int company() {
            return 1;
        }

        @Override
        public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) {
            return written;
        }
    }

    public PullStates.IncrementPage increment() {
        return increment(claim);
    }

    static PullStates.IncrementPage increment(Claim claim) {
        return new PullStates.IncrementPage("things", claim.company(), Instant.EPOCH, Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public PullState state() throws SQLException {
        return states.of("things", 1).orElseThrow();
    }
}
