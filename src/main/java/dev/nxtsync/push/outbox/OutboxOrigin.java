package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.MigrationDryRun;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;

/**
 * The place from which the outbox was last sent: the server's system identifier and timeline, and the oids of the
 * database and of the table. A backup that was restored, a copy and a fail-over are elsewhere; what they hold may have been
 * sent since they were made.
 */
@Singleton
public class OutboxOrigin {
    static final Problem HELD = new Problem(ErrorCode.OUTBOX_HELD,
            "The outbox may be a copy (restored, copied or failed over), so nothing is sent. Rows may have been sent from "
                    + "the original meanwhile. If no other daemon sends from it, run: java -jar quarkus-run.jar adopt");

    private static final Problem ADOPTED_NEVER = new Problem(ErrorCode.OUTBOX_HELD,
            "The server of the outbox did not say until now where it is, so the outbox may be a copy, and nothing is sent. "
                    + "If no other daemon sends from the original, run: java -jar quarkus-run.jar adopt");

    private final Database database;

    public OutboxOrigin(Database database) {
        this.database = database;
    }

    /**
     * Why nothing of the outbox is sent; empty if it is at home. One that never had a home, and holds nothing that may have
     * been sent from elsewhere, finds it here.
     */
    public Optional<Problem> held() throws SQLException {
        return database.inTransaction(OutboxOrigin::heldUnlessNew);
    }

    /** The same in a transaction of the caller's. */
    public static Optional<Problem> heldUnlessNew(Handle transaction) {
        var held = held(transaction);
        return held.isPresent() && settle(transaction) ? Optional.empty() : held;
    }

    private static boolean settle(Handle transaction) {
        return transaction.createUpdate("""
                insert into nxt_sync.outbox_home (system_identifier, timeline, database_oid, outbox_oid)
                select system_identifier, timeline, database_oid, outbox_oid from nxt_sync.outbox_here
                where refused is null and not exists (select from nxt_sync.outbox_home)
                  and not exists (select from nxt_sync.outbox where state in ('waiting', 'sending', 'in_doubt', 'dead'))
                on conflict (one) do nothing""").execute() == 1;
    }

    /**
     * Makes this its home. What is not finished may have been sent, and is looked for first; what is dead, too.
     *
     * @return how many rows are looked for
     */
    public int adopt() throws SQLException {
        database.inTransaction(Database::advanceSequences);
        return database.durably(transaction -> {
            transaction.execute("""
                    insert into nxt_sync.outbox_home (system_identifier, timeline, database_oid, outbox_oid)
                    select system_identifier, timeline, database_oid, outbox_oid from nxt_sync.outbox_here
                    on conflict (one) do update set system_identifier = excluded.system_identifier,
                        timeline = excluded.timeline, database_oid = excluded.database_oid,
                        outbox_oid = excluded.outbox_oid""");
            UnitSelection.ofKinds(List.of(UnitKind.PUSH)).beginAnew(transaction);
            return transaction.execute("""
                    update nxt_sync.outbox
                    set state = case when state = 'dead' then state else 'in_doubt' end,
                        record = case when state = 'waiting' then null else record end,
                        sent_at = clock_timestamp(), next_at = clock_timestamp(), answered = null, blamed = false,
                        looks = case when state = 'dead' then 1 else 0 end, repeated = true
                    where state in ('waiting', 'sending', 'in_doubt', 'dead')""");
        });
    }

    /** Why the server does not say where the outbox is, so that it cannot be adopted either; empty if it does. */
    public Optional<Problem> untold() throws SQLException {
        return database.inTransaction(OutboxOrigin::untold);
    }

    private static Optional<Problem> untold(Handle transaction) {
        return hold(transaction).filter(Untold.class::isInstance).map(OutboxHold::reason);
    }

    /** Why nothing of the outbox is sent, for the transaction that would send it; empty if it is at home. */
    static Optional<Problem> held(Handle transaction) {
        return hold(transaction).map(OutboxHold::reason);
    }

    /** Why nothing is sent. */
    private sealed interface OutboxHold {
        Problem reason();
    }

    /** It was sent from another place before, or perhaps was, which a person may decide. */
    private record Elsewhere(Problem reason) implements OutboxHold {}

    /** The server does not say where it is. */
    private record Untold(Problem reason) implements OutboxHold {}

    private static Optional<OutboxHold> hold(Handle transaction) {
        return transaction.createQuery("""
                select here.refused, home.one is null as is_homeless,
                       (home.system_identifier, home.timeline, home.database_oid, home.outbox_oid)
                           = (here.system_identifier, here.timeline, here.database_oid, here.outbox_oid) as is_home
                from nxt_sync.outbox_here here left join nxt_sync.outbox_home home on true""")
                .map((row, context) -> hold(Optional.ofNullable(row.getString("refused")),
                        row.getBoolean("is_homeless"), row.getBoolean("is_home")))
                .one();
    }

    private static Optional<OutboxHold> hold(Optional<String> refused, boolean isHomeless, boolean isHome) {
        if (refused.isPresent()) {
            return Optional.of(new Untold(refused(refused.get())));
        }
        if (isHomeless) {
            return Optional.of(new Elsewhere(ADOPTED_NEVER));
        }
        return isHome ? Optional.empty() : Optional.of(new Elsewhere(HELD));
    }

    private static Problem refused(String words) {
        return new Problem(ErrorCode.WAL_REFUSED,
                "PostgreSQL does not say where its WAL stands, so it cannot be seen whether the outbox is a copy, and nothing is "
                        + "sent: " + Words.sentence(QuotedText.message(words)) + " "
                        + ErrorCode.WAL_REFUSED.nextStep());
    }

    /**
     * Whether a server would refuse what pushes need of it.
     *
     * @param pushing whether anything is to be sent
     */
    public static Database.Work<MigrationDryRun.MigrationFindings> check(boolean pushing) {
        return transaction -> {
            var untold = untold(transaction);
            return pushing
                    ? new MigrationDryRun.MigrationFindings(List.of(), untold.stream().toList())
                    : new MigrationDryRun.MigrationFindings(untold
                            .map(each -> "pulls would run, but pushes would not: " + each.message()).stream().toList(),
                            List.of());
        };
    }
}
