package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.signin.EncryptionKeys;
import dev.nxtsync.status.StatusTables.ReplicaRow;

/** Asks how everything stands, of all processes: what {@code GET /api/status} answers and {@code status} prints. */
@Singleton
public class StatusReport {
    private final Pulls configured;
    private final Findings findings;
    private final ConnectionFindings connections;
    private final Database database;
    private final EncryptionKeys keys;
    private final Clock clock;

    StatusReport(Pulls configured, Findings findings, ConnectionFindings connections, Database database,
            EncryptionKeys keys, Clock clock) {
        this.configured = configured;
        this.findings = findings;
        this.connections = connections;
        // somebody waits for the answer
        this.database = database.promptly();
        this.keys = keys;
        this.clock = clock;
    }

    /** Of a daemon; without its database, what it knows by itself. */
    public Status ask(ReplicaReport process) {
        var own = process.now();
        try {
            return complete(own.connections());
        } catch (SQLException e) {
            var found = Stream.concat(Stream.of(ShownFinding.of(Finding.alarm("database", DatabaseFault.of(e)))),
                    own.findings().stream());
            return new Status(clock.instant().toString(), once(found.toList(), Map.of()), own.connections(),
                    Optional.empty(), List.of());
        }
    }

    /**
     * As the database has it, for a command.
     *
     * @throws SQLException if the database is away, or no daemon has run on it
     */
    public Status askStored() throws SQLException {
        return complete(List.of());
    }

    /** @param own connections, which stand for those of all before the first report */
    private Status complete(List<ConnectionStatus> own) throws SQLException {
        var keysNeed = keys.needs();
        return database.inTransaction(transaction -> complete(transaction, own, keysNeed));
    }

    private Status complete(Handle transaction, List<ConnectionStatus> own, List<EncryptionKeys.Need> keysNeed)
            throws SQLException {
        var stored = StatusQuery.read(transaction, configured.names());
        var since = new HashMap<String, String>();
        stored.troubles().forEach(each -> since.put(each.id(), each.since()));
        var found = new ArrayList<>(findings.stored(transaction).stream().map(ShownFinding::of).toList());
        var alive = stored.replicas().stream().filter(ReplicaRow::isAlive).map(ReplicaRow::id).toList();
        var told = new ArrayList<ConnectionStatus>();
        for (var each : stored.reports()) {
            if (alive.contains(each.id())) {
                each.report().connections().forEach(connection -> told.add(connection.on(each.host())));
                found.addAll(each.report().findings());
            }
        }
        return new Status(DatabaseClock.read(transaction).now().toString(), once(found, since),
                told.isEmpty() ? own : told, Optional.of(stored.signInsEnd(connections.signInEnds(transaction))),
                keysNeed);
    }

    /** Each finding once, alarms first. */
    private static List<ShownFinding> once(List<ShownFinding> found, Map<String, String> since) {
        var once = new LinkedHashMap<String, ShownFinding>();
        found.stream().sorted((a, b) -> Boolean.compare(b.alarm(), a.alarm()))
                .forEach(each -> once.putIfAbsent(each.id(), each.since(since.get(each.id()))));
        return List.copyOf(once.values());
    }
}
