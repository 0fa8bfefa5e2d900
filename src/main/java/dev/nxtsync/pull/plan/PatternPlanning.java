package dev.nxtsync.pull.plan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Pulls.MatchedTable;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.pull.plan.PullSchemas.SeenSchema;
import dev.nxtsync.pull.plan.PullValidator.Design;
import dev.nxtsync.pull.state.PatternTables;
import dev.nxtsync.pull.state.PatternTables.PatternTable;

/**
 * Decides which tables patterns take. One that has no key, or that cannot be mirrored for another reason, is left out, and is no
 * trouble; one that was taken stays a pull whatever becomes of it. A pull whose table can no longer be seen is paused until the
 * table is there again. For one thread.
 */
@Singleton
class PatternPlanning {
    private static final Logger LOG = Logger.getLogger(PatternPlanning.class);

    private final Pulls pulls;
    private final PatternTables tables;
    private final PullPlans plans;
    private final ConditionLog<String> told = new ConditionLog<>();
    private List<PatternTable> stored = List.of();
    private Set<String> loaded = Set.of();
    /** Patterns that take no table. */
    private final Set<String> idle = new HashSet<>();

    PatternPlanning(Pulls pulls, PatternTables tables, PullPlans plans) {
        this.pulls = pulls;
        this.tables = tables;
        this.plans = plans;
    }

    /**
     * Whether another process has found that a table is new, or lost, since the schema was read that this one keeps. Then it is
     * read again, so that two processes never take back what the other has found.
     */
    boolean isOutdated(String connection, SeenSchema seen) {
        return has(connection)
                && takenBefore(connection).anyMatch(each -> each.lost() == isSeen(each.tableName(), seen));
    }

    /** Looks at what this and other processes have kept. Says whether a table of a connection is lost. */
    boolean recall(String connection) throws SQLException {
        if (has(connection)) {
            stored = tables.read();
            loaded = tables.loaded();
        }
        return has(connection) && takenBefore(connection).anyMatch(PatternTable::lost);
    }

    /** Whether none of the tables is seen that were: then nothing follows from it, since an answer may have lacked them. */
    boolean isBlind(String connection, SeenSchema seen) {
        return has(connection) && takenBefore(connection).findFirst().isPresent()
                && takenBefore(connection).noneMatch(each -> isSeen(each.tableName(), seen));
    }

    /** Whether a pattern takes no table. */
    boolean isIdle() { return !idle.isEmpty(); }

    private Stream<PatternTable> takenBefore(String connection) {
        return stored.stream().filter(each -> each.connection().equals(connection) && each.taken());
    }

    private static boolean isSeen(String table, SeenSchema seen) {
        return seen.tables().known().containsKey(table) || seen.tables().refused().containsKey(table);
    }

    /** The pulls of a connection that no pattern has. */
    List<Settings.Pull> written(String connection) {
        return pulls.written(connection);
    }

    /** Whether a connection has a pattern. */
    boolean has(String connection) {
        return !pulls.patterns(connection).isEmpty();
    }

    /** What the patterns of a connection make of the tables that it sees, and of those that it has seen. */
    List<MatchedTable> matched(String connection, SeenSchema seen) {
        if (!has(connection) || isBlind(connection, seen)) {
            return List.of();
        }
        var names = new TreeSet<>(seen.tables().refused().keySet());
        seen.tables().known().values().stream().filter(table -> !table.columns().isEmpty())
                .forEach(table -> names.add(table.name()));
        takenBefore(connection).forEach(each -> names.add(each.tableName()));
        return pulls.matched(connection, names, name -> tellsChanges(connection, name, seen));
    }

    /**
     * Takes some, and keeps which.
     *
     * @param designs by pull, also of those that no pattern has
     * @return what is to be adopted
     */
    Map<String, Design> taken(String connection, List<MatchedTable> matched, Map<String, Design> designs,
            SeenSchema seen) throws SQLException {
        if (!has(connection) || isBlind(connection, seen)) {
            return designs;
        }
        var toAdopt = new TreeMap<>(designs);
        var now = new ArrayList<PatternTable>();
        var taken = new ArrayList<Settings.Pull>();
        for (MatchedTable each : matched) {
            var decided = decide(connection, each, designs, seen);
            now.add(decided);
            if (decided.taken()) {
                taken.add(each.pull());
            }
            // where something is in the way, the name is that of another pull
            if (each.obstacle().isEmpty() && (!decided.taken() || decided.lost())) {
                toAdopt.remove(decided.pull());
                plans.put(decided.pull(), new PullPlans.LeftOut(decided.obstacle().orElseThrow()));
            }
        }
        keep(connection, now);
        idle.forEach(plans::remove);
        idle.clear();
        pulls.idle(connection, matched).forEach((pattern, reason) -> {
            var problem = new Problem(ErrorCode.TABLE_UNKNOWN, reason);
            if (told.isNews(pattern, reason)) {
                LOG.errorf("Pull %s is stopped; the others run. %s", pattern, problem.message());
            }
            plans.put(pattern, new PullPlans.Stopped(problem));
            idle.add(pattern);
        });
        pulls.take(connection, taken);
        tell(connection, now);
        return toAdopt;
    }

    /** Why a pull of a pattern cannot run whose table is not seen. */
    Optional<Problem> lost(Settings.Pull pull, SeenSchema seen) {
        return pulls.isOfPattern(pull.name()) && !isSeen(pull.table(), seen)
                ? Optional.of(lost(pull))
                : Optional.empty();
    }

    private static Problem lost(Settings.Pull pull) {
        return new Problem(ErrorCode.TABLE_UNKNOWN, "Business NXT no longer shows the table " + pull.table()
                + " to the client id. Its rows stay; the pull goes on by itself within five minutes after the table is "
                + "there again.");
    }

    private PatternTable decide(String connection, MatchedTable matched, Map<String, Design> designs, SeenSchema seen) {
        Settings.Pull pull = matched.pull();
        var table = seen.tables().known().get(pull.table());
        // what was forgotten by a process with other settings has its rows all the same
        boolean wasTaken = loaded.contains(pull.name()) || takenBefore(connection)
                .anyMatch(each -> each.tableName().equals(pull.table()) && each.pull().equals(pull.name()));
        Optional<Problem> obstacle;
        boolean isLost = false;
        if (matched.obstacle().isPresent()) {
            obstacle = Optional.of(new Problem(ErrorCode.CONFIGURATION, Words.sentence(matched.obstacle().get())));
            wasTaken = false;
        } else if (!isSeen(pull.table(), seen)) {
            isLost = true;
            obstacle = Optional.of(lost(pull));
        } else {
            obstacle = Objects.requireNonNull(designs.get(pull.name())).obstacle();
            if (obstacle.isEmpty() && table != null && seen.tenancy().owners(pull, table.scope()).isEmpty()) {
                obstacle = Optional.of(new Problem(ErrorCode.NO_COMPANY, "The client id of connection " + connection
                        + " sees no company. " + ErrorCode.NO_COMPANY.nextStep()));
            }
        }
        boolean isTaken = wasTaken || obstacle.isEmpty();
        var leftOut = obstacle.filter(reason -> !isTaken);
        var shown = isLost ? obstacle : leftOut;
        return new PatternTable(connection, pull.table(), matched.pattern(), pull.name(),
                tellsChanges(connection, pull.table(), seen), isTaken, isLost && isTaken,
                shown.map(Problem::code).orElse(""), shown.map(Problem::message).map(matched::reason).orElse(""));
    }

    /** As it is seen, or was last. */
    private boolean tellsChanges(String connection, String table, SeenSchema seen) {
        return Optional.ofNullable(seen.tables().known().get(table)).map(Table::tellsChanges)
                .orElseGet(() -> stored.stream().noneMatch(each -> each.connection().equals(connection)
                        && each.tableName().equals(table) && !each.tellsChanges()));
    }

    private void keep(String connection, List<PatternTable> now) throws SQLException {
        var before = stored.stream().filter(each -> each.connection().equals(connection)).toList();
        // a person may have resumed what is lost
        if (now.equals(before) && now.stream().noneMatch(PatternTable::lost)) {
            return;
        }
        var gone = before.stream().filter(PatternTable::taken).map(PatternTable::pull)
                .filter(pull -> now.stream().noneMatch(each -> each.taken() && each.pull().equals(pull))).toList();
        if (!gone.isEmpty()) {
            LOG.infof(
                    "These pulls of connection %s are no longer made by a pattern: %s. Their target tables stay as they are.",
                    connection, String.join(", ", gone));
        }
        tables.keep(connection, now);
        var all = new ArrayList<>(stored.stream().filter(each -> !each.connection().equals(connection)).toList());
        all.addAll(now);
        stored = List.copyOf(all);
    }

    /** Once Business NXT has said of all keys what it says. */
    private void tell(String connection, List<PatternTable> now) {
        now.stream().collect(groupingBy(PatternTable::pattern, TreeMap::new, toList())).forEach((pattern, all) -> {
            if (all.stream().anyMatch(each -> each.code().equals(ErrorCode.KEY_UNPROVEN.code()))) {
                return;
            }
            long taken = all.stream().filter(PatternTable::taken).count();
            String leftOut = all.stream().filter(each -> !each.taken())
                    .collect(groupingBy(PatternTable::code, TreeMap::new,
                            mapping(PatternTable::tableName, joining(", "))))
                    .entrySet().stream().map(each -> each.getKey() + ": " + each.getValue()).collect(joining("; "));
            String lost = all.stream().filter(PatternTable::lost).map(PatternTable::tableName).collect(joining(", "));
            String what = "Pull " + pattern + " of connection " + connection + " takes " + Words.count(taken, "table")
                    + " of " + all.size() + "."
                    + (leftOut.isEmpty() ? "" : " Left out are (" + leftOut + "); status says why.")
                    + (lost.isEmpty() ? "" : " Paused, because they cannot be seen now: " + lost + ".");
            if (told.isNews(pattern, what)) {
                LOG.info(what);
            }
        });
    }
}
