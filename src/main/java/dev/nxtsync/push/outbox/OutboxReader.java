package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.Claim;

/** Finds and reads the rows of a lane that something is to be done with now; changes nothing. */
@Singleton
public class OutboxReader {
    /**
     * Nothing before it in its group is unsettled, but for rows that could be sent with it. By one time for all rows, or the
     * second of a group would be ready whose first comes of age while they are looked at.
     */
    static final String READY = """
            o.state = 'waiting' and (o.next_at is null or o.next_at <= statement_timestamp())
            and (o.grp is null or not exists (
                select from nxt_sync.outbox b
                where b.push = o.push and b.company = o.company and b.lane = o.lane and b.grp = o.grp and b.id < o.id
                  and (b.state in ('sending', 'in_doubt', 'dead') or b.next_at is not null)
                  and (b.state in ('sending', 'in_doubt', 'dead')
                       or b.state = 'waiting' and b.next_at > statement_timestamp())))
            """;

    private final Database database;

    public OutboxReader(Database database) {
        this.database = database;
    }

    /**
     * A row that has not been read yet.
     *
     * @param bytes of its payload
     */
    public record SizedRow(long id, Optional<String> group, int bytes) {}

    /**
     * Rows that were or may have been sent, and are to be looked for now, in the order of their ids.
     *
     * @param but not these
     */
    public List<SizedRow> toLookFor(Claim claim, int most, Set<Long> but) throws SQLException {
        return sized("where next_at <= clock_timestamp() and state in ('in_doubt', 'done', 'dead', 'discarded') and "
                + OutboxColumns.OF_LANE + " and id <> all (:but)", claim, most, but);
    }

    /**
     * Rows that may be sent now, in the order of their ids: of each group a beginning, if earlier ones are sent before or
     * with later ones.
     *
     * @param unchecked only rows that have no result
     * @param aside rows that cannot be sent just now, so that none behind them in their groups can
     */
    public List<SizedRow> ready(Claim claim, int most, boolean unchecked, Set<Long> aside) throws SQLException {
        return sized("where " + OutboxColumns.OF_LANE + " and " + READY + (unchecked ? "and result is null " : "") + """
                and id <> all (:but) and (grp is null or not exists (
                   select from nxt_sync.outbox a where a.id = any (:but) and a.grp = o.grp and a.id < o.id))""", claim,
                most, aside);
    }

    private List<SizedRow> sized(String where, Claim claim, int most, Set<Long> but) throws SQLException {
        return database.inTransaction(transaction -> transaction
                .createQuery("select id, grp as \"group\", octet_length(payload::text) as bytes from nxt_sync.outbox o "
                        + where + " order by id limit :most")
                .bindMethods("claim", claim).bindArray("but", Long.class, but).bind("most", most)
                .map(ConstructorMapper.of(SizedRow.class)).list());
    }

    /** These rows, in the order of their ids. */
    public List<OutboxRow> read(Collection<Long> ids) throws SQLException {
        return read("payload::text", ids);
    }

    /** These rows with an empty payload, however large theirs is. */
    public List<OutboxRow> readWithoutPayload(Collection<Long> ids) throws SQLException {
        return read("'{}'", ids);
    }

    private List<OutboxRow> read(String payload, Collection<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return List.of();
        }
        return database.inTransaction(transaction -> transaction
                .createQuery("select " + OutboxColumns.ALL.formatted(payload)
                        + " from nxt_sync.outbox where id = any (:ids) order by id")
                .bindArray("ids", Long.class, ids).map(OutboxColumns.ROW).list());
    }

    /** When the next row of the lane is to be looked at. */
    public Optional<Instant> next(Claim claim) throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select min(next_at) from nxt_sync.outbox where next_at is not null and\s""" + OutboxColumns.OF_LANE)
                .bindMethods("claim", claim).mapTo(Instant.class).findOne());
    }

    /** Of these rows, those in whose group a later one was sent at the same time and is done. */
    public Set<Long> passedOver(Collection<Long> ids) throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select o.id from nxt_sync.outbox o
                where o.id = any (:ids) and exists (
                    select from nxt_sync.outbox later
                    where later.push = o.push and later.company = o.company and later.lane = o.lane
                      and later.grp = o.grp and later.id > o.id and later.state = 'done'
                      and later.sent_at >= o.sent_at)""").bindArray("ids", Long.class, ids).mapTo(Long.class).set());
    }
}
