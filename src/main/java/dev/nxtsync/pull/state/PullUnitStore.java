package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/** The units of work of pulls, together with the state of what they work on. Safe for any number of threads. */
@Singleton
public class PullUnitStore {
    /** Each pull and company has a unit of each. */
    static final List<UnitKind> KINDS = List.of(UnitKind.POLL, UnitKind.FETCH, UnitKind.LOAD, UnitKind.RECONCILIATION,
            UnitKind.PROOF);

    private static final List<UnitKind> LATER = KINDS.stream().filter(kind -> kind != UnitKind.LOAD).toList();

    private final Database database;

    public PullUnitStore(Database database) {
        this.database = database.promptly();
    }

    /**
     * Makes known what is to be done for a pull in some companies: its states, and the units that work on it. What is known
     * already stays as it is.
     */
    public void declare(String pull, String connection, Collection<Tenant> owners) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.createUpdate("""
                    insert into nxt_sync.pull_state (pull, company) select :pull, unnest(:companies)
                    on conflict (pull, company) do nothing""").bind("pull", pull)
                    .bindArray("companies", Integer.class, owners.stream().map(Tenant::number).toList()).execute();
            // the first load says when the others begin
            WorkUnit.declare(transaction, units(List.of(UnitKind.LOAD), pull, connection, owners),
                    units(LATER, pull, connection, owners));
        });
    }

    private static List<WorkUnit> units(List<UnitKind> kinds, String pull, String connection,
            Collection<Tenant> owners) {
        return owners.stream()
                .flatMap(owner -> kinds.stream().map(kind -> WorkUnit.ofPull(kind, connection, owner, pull))).toList();
    }

    /**
     * Says that the companies of a pull are these: others are away, with their rows as they are, and those that were away are
     * back. Answers which are away since now.
     */
    public List<Integer> seen(String pull, Collection<Integer> companies) throws SQLException {
        return database.inTransaction(transaction -> PullCondition.seen(transaction, pull, companies));
    }

    /** The keys, as columns of the target, by which pulls have been loaded in some company, by pull. */
    public Map<String, List<String>> loadedKeys() throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select pull, key from nxt_sync.pull_key
                where exists (select from nxt_sync.pull_state
                    where pull_state.pull = pull_key.pull and loaded_at is not null)""").map(
                (row, context) -> Map.entry(row.getString("pull"), List.of((String[]) row.getArray("key").getArray())))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Wakes what works on a pull, after it could not be worked on. */
    public void wake(String pull, String connection, Scope scope) throws SQLException {
        database.useTransaction(transaction -> UnitSelection.of(pull, UnitKind.POLL, UnitKind.FETCH, UnitKind.LOAD)
                .on(connection).inScope(scope).wake(transaction));
    }

    /** Forgets how far a pull has come: its next run is a load, which merges. Runs under way are refused what they write. */
    public int reset(String pull) throws SQLException {
        return database.inTransaction(transaction -> PullRestart.begin(transaction, pull));
    }
}
