package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.push.outbox.OutboxApi.Queued;
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.TestDatabase;

/**
 * Random rows over 20 groups and 50 records go through the real outbox to a server that answers at random, in the lanes of two
 * replicas, with refusals, waits, lost answers and take-overs; and whatever happens, the laws of the outbox hold.
 */
final class PushLaws implements AutoCloseable {
    private static final PushStore STORE = PushStore.migrated();
    private static final int ROWS = 40;
    private static final List<String> GROUPS = STORE.database().rows("""
            select 'g' || n as name from generate_series(1, 1000) n where (hashtext('g' || n) & 15) < 3 limit 20""")
            .stream().map(row -> row.get("name")).toList();

    private Random random = new Random();
    private String push = "";
    private int company;
    private PushPlan plan = PushFixture.plan(Operation.UPDATE, "orderNo");
    private Erp erp = new Erp(random, "", rows -> {
    });
    private final PushPlans plans = new PushPlans();
    private final List<PushJob> lanes = new ArrayList<>();
    private final List<Claims> replicas = new ArrayList<>();
    private final Map<Integer, Long> ids = new HashMap<>();
    private boolean takenOver;
    private WorkUnit lane;
    private int worker;
    /** What the laws are looked up with: to connect for each question would take as long as all the rest. */
    private final Connection connection = STORE.database().connect();

    PushLaws() throws SQLException {}

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Lets the rows of a seed go their ways. */
    void hold(int seed) throws SQLException {
        begin(seed);
        int pushed = 0;
        for (int round = 0; round < 15; round++) {
            for (int wave = random.nextInt(8); wave > 0 && pushed < ROWS; wave--) {
                take(++pushed);
            }
            work();
            pass(new int[]{1, 5, 30, 60, 120, 1900}[random.nextInt(6)]);
            if (random.nextInt(4) == 0) {
                decide(random.nextBoolean());
            }
        }
        erp.trouble = 0;
        for (int round = 0; round < 60 && unsettled() > 0; round++) {
            work();
            pass(1900);
            decide(false);
        }
        assertThat(unsettled()).as("rows that never come to an end").isZero();
        var states = rows("select key, state from nxt_sync.outbox where push = '" + push + "'");
        assertThat(states).hasSize(pushed);
        states.forEach(row -> {
            int times = erp.done.getOrDefault(Integer.parseInt(row.get("key")), 0);
            assertThat(times).as("%s", row).isLessThanOrEqualTo(1);
            if (row.get("state").equals("done")) {
                assertThat(times).as("%s", row).isEqualTo(1);
            }
        });
    }

    private void begin(int seed) throws SQLException {
        random = new Random(seed);
        push = "p" + seed;
        company = seed + 1;
        boolean creates = random.nextInt(3) == 0;
        plan = PushFixture.plan(push, company, creates ? Operation.CREATE : Operation.UPDATE,
                creates ? "yourReference" : "orderNo");
        erp = new Erp(random, plan.keyColumn(), this::sending);
        IntStream.rangeClosed(1, 50).filter(record -> !creates).forEach(erp::put);
        for (int i = 0; i < 2; i++) {
            lanes.add(PushJobFixture.lane(STORE, plans, question -> erp.answer(question)));
            replicas.add(STORE.replica());
        }
    }

    private void take(int number) throws SQLException {
        var group = random.nextInt(12) == 0
                ? Optional.<String>empty()
                : Optional.of(GROUPS.get(random.nextInt(GROUPS.size())));
        String payload = plan.creates()
                ? "{\"customerNo\": " + number + "}"
                : "{\"orderNo\": " + (1 + random.nextInt(50)) + ", \"customerNo\": " + number + "}";
        ids.put(number,
                ((Queued) STORE.entries().take(push, Integer.toString(number), payload, Optional.of(company), group))
                        .id());
        if (random.nextInt(10) == 0) {
            erp.refused.add(number);
        }
    }

    /** Each lane in which something is to be done, by one replica or the other, with the schema read anew. */
    private void work() throws SQLException {
        plans.put(push, new PushPlans.ReadyPush(plan));
        STORE.tables().lanes().announce(Map.of(push, "main"));
        var due = new ArrayList<>(STORE.tables().lanes().dueLanes(push, "main"));
        Collections.shuffle(due, random);
        for (WorkUnit each : due) {
            work(each, random.nextInt(2));
        }
    }

    private void work(WorkUnit due, int by) throws SQLException {
        if (replicas.get(by).claim(due) instanceof Claims.Claimed claimed) {
            lane = due;
            worker = by;
            Claim claim = claimed.claim();
            try {
                Outcome outcome = lanes.get(by).run(claim, () -> {
                });
                replicas.get(by).free(claim,
                        outcome instanceof Outcome.Done done ? Optional.of(done.nextDue()) : Optional.empty(),
                        Optional.empty(), outcome instanceof Outcome.Done);
            } catch (StaleClaim e) {
                assertThat(takenOver).as("only a claim that was taken over is stale").isTrue();
                takenOver = false;
            }
        }
    }

    /** A request is under way: nothing before its rows in their groups may be unsettled. */
    private void sending(List<Integer> rows) {
        var sent = rows.stream().map(ids::get).toList();
        assertThat(sent).isSorted();
        String list = sent.stream().map(String::valueOf).collect(Collectors.joining(", "));
        assertThat(
                rows("""
                        select b.id, b.state, b.grp, o.id as sent from nxt_sync.outbox o join nxt_sync.outbox b using (push, company, grp)
                        where o.id in (%1$s) and b.id < o.id and b.id not in (%1$s)
                          and b.state in ('waiting', 'sending', 'in_doubt', 'dead')"""
                        .formatted(list)))
                .as("%s is sent before", list).isEmpty();
        if (!takenOver && random.nextInt(20) == 0) {
            takenOver = true;
            execute("update nxt_sync.job set holder = null where kind = 'push' and pull = '" + push + "' and lane = "
                    + lane.lane());
            try {
                work(lane, 1 - worker);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void pass(int seconds) {
        execute("update nxt_sync.outbox set next_at = next_at - interval '" + seconds
                + " s', sent_at = sent_at - interval '" + seconds + " s' where push = '" + push
                + "' and (next_at is not null or sent_at is not null)");
        erp.pass(seconds);
    }

    /** A person retries what is dead, or discards it. */
    private void decide(boolean retry) throws SQLException {
        for (var row : rows("select id, error from nxt_sync.outbox where state = 'dead' and push = '" + push
                + "' and (next_at is null or " + retry + ") order by id")) {
            assertThat(row.get("error")).as("why row %s is dead", row.get("id")).isNotBlank();
            if (retry) {
                STORE.entries().retry(Long.parseLong(row.get("id")), Optional.empty());
            } else {
                STORE.entries().discard(Long.parseLong(row.get("id")), List.of(push));
            }
        }
    }

    private long unsettled() {
        return Long.parseLong(rows("select count(*) as n from nxt_sync.outbox where push = '" + push
                + "' and (state in ('waiting', 'sending', 'in_doubt', 'dead') or next_at is not null)").get(0)
                .get("n"));
    }

    private List<Map<String, String>> rows(String sql) {
        return TestDatabase.rows(connection, sql);
    }

    private void execute(String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
