package dev.nxtsync.config;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The pulls that there are: those that are configured for one table, and one for each table that a pattern takes. Which those
 * are is known once somebody has {@link #take taken} them. Safe for any number of threads.
 */
public final class Pulls {
    private static final int LONGEST_NAME = 63;

    private final Map<String, Settings.Pull> written = new TreeMap<>();
    /** Those that say most of a table's name come first. */
    private final List<Settings.Pull> patterns;
    private final ZoneId timeZone;
    /** By connection. */
    private final Map<String, List<Settings.Pull>> taken = new HashMap<>();
    private volatile KnownPulls known;

    public Pulls(Settings settings) {
        settings.pulls().values().stream().filter(pull -> !pull.isPattern())
                .forEach(pull -> written.put(pull.name(), pull));
        this.patterns = settings.pulls().values().stream().filter(Settings.Pull::isPattern)
                .sorted(Comparator.<Settings.Pull>comparingInt(pull -> -new TablePattern(pull.table()).said())
                        .thenComparing(Settings.Pull::name))
                .toList();
        this.timeZone = settings.timeZone();
        this.known = new KnownPulls(written);
    }

    /**
     * What there is at a moment.
     *
     * @param all by name
     */
    private record KnownPulls(Map<String, Settings.Pull> all, Map<String, List<Settings.Pull>> byTable) {
        KnownPulls(Map<String, Settings.Pull> all) {
            this(Map.copyOf(all), all.values().stream().collect(groupingBy(Settings.Pull::table)));
        }
    }

    /**
     * What a pattern makes of a table.
     *
     * @param pattern the name of the pull whose {@code TABLE} it is
     * @param obstacle why there cannot be such a pull; empty if nothing is in the way
     */
    public record MatchedTable(String pattern, Settings.Pull pull, Optional<String> obstacle) {
        /** Why there is no such pull, with what else is to be set where it tells to set something. */
        public String reason(String told) {
            return withTable(pull, told);
        }
    }

    /** What is told of a pull, with what else is to be set if it is one of a pattern. */
    public String told(String name, String told) {
        var pull = known.all().get(name);
        return pull == null || !isOfPattern(name) ? told : withTable(pull, told);
    }

    private static String withTable(Settings.Pull pull, String told) {
        String table = Settings.Pull.variable(pull.name(), "TABLE") + "=";
        return told.contains(Settings.Pull.variable(pull.name(), "")) && !told.contains(table)
                ? told + " Set " + table + pull.table() + " beside it, which makes it a pull of its own."
                : told;
    }

    /** By name. It does not change; what is taken later is in another one. */
    public Map<String, Settings.Pull> all() {
        return known.all();
    }

    public Set<String> names() {
        return new TreeSet<>(known.all().keySet());
    }

    /** Those of a connection, in the order of their names. */
    public List<Settings.Pull> of(String connection) {
        return known.all().values().stream().filter(pull -> pull.connection().equals(connection))
                .sorted(Comparator.comparing(Settings.Pull::name)).toList();
    }

    /** Those of a table. */
    public List<Settings.Pull> ofTable(String table) {
        return known.byTable().getOrDefault(table, List.of());
    }

    /** Of cron expressions. */
    public ZoneId timeZone() {
        return timeZone;
    }

    /** Those of a connection that are configured for one table. */
    public List<Settings.Pull> written(String connection) {
        return written.values().stream().filter(pull -> pull.connection().equals(connection)).toList();
    }

    /** The names of all that are configured for one table. */
    public Set<String> written() {
        return Set.copyOf(written.keySet());
    }

    /** Those whose {@code TABLE} is a pattern. */
    public List<Settings.Pull> patterns(String connection) {
        return patterns.stream().filter(pull -> pull.connection().equals(connection)).toList();
    }

    /** The connections that have a pull which stands for several tables. */
    public Set<String> connectionsWithPatterns() {
        return patterns.stream().map(Settings.Pull::connection).collect(toSet());
    }

    /** Whether any pull stands for several tables. */
    public boolean hasPatterns() {
        return !patterns.isEmpty();
    }

    /** Whether it is the name of one whose {@code TABLE} is a pattern. */
    public boolean isPattern(String pull) {
        return patterns.stream().anyMatch(each -> each.name().equals(pull));
    }

    /** Why a pattern of a connection takes no table, by the pattern's name; those that take some are missing. */
    public Map<String, String> idle(String connection, Collection<MatchedTable> matched) {
        var idle = new TreeMap<String, String>();
        patterns(connection).stream()
                .filter(pattern -> matched.stream().noneMatch(each -> each.pattern().equals(pattern.name())))
                .forEach(pattern -> idle.put(pattern.name(),
                        Settings.Pull.variable(pattern.name(), "TABLE") + "=\"" + pattern.table()
                                + "\" fits to no table that the client id can read and that no other pull "
                                + "takes. Capital letters count; discover lists the tables."));
        return idle;
    }

    /**
     * What patterns of a connection are to leave out, and is none of the tables that they fit to, in sentences.
     *
     * @param tables the names of all that the connection can read
     */
    public List<String> idleExceptions(String connection, Collection<String> tables) {
        var idle = new ArrayList<String>();
        for (Settings.Pull pattern : patterns(connection)) {
            var fitting = tables.stream().filter(new TablePattern(pattern.table())::matches).toList();
            pattern.exceptTables().stream()
                    .filter(except -> fitting.stream().noneMatch(new TablePattern(except)::matches))
                    .forEach(except -> idle.add(Settings.Pull.variable(pattern.name(), "EXCEPT_TABLES") + " names \""
                            + except + "\", and none of the tables that the client id can read and that "
                            + Settings.Pull.variable(pattern.name(), "TABLE") + " fits to is called so. If that is a "
                            + "typing error, correct it: capital letters count, and discover lists the tables. If the client "
                            + "id may not read such a table, all is well."));
        }
        return idle;
    }

    /** Whether it comes of a pattern, so that no setting has its name. */
    public boolean isOfPattern(String pull) {
        return !written.containsKey(pull);
    }

    /**
     * What there may be of a connection: those that are configured for one table, and what patterns make of all tables.
     *
     * @param tables the names of all that the connection can read; asked for only where there is a pattern
     */
    public List<Settings.Pull> possible(String connection, Supplier<List<String>> tables) {
        return patterns(connection)
                .isEmpty()
                        ? written(connection)
                        : Stream.concat(written(connection).stream(),
                                matched(connection, tables.get(), table -> true).stream().map(MatchedTable::pull))
                                .toList();
    }

    /**
     * What the patterns of a connection make of tables. A table that has a pull of its own is left to that.
     *
     * @param tellsChanges whether a table has a change stamp; one that has none is read as seldom as keys are compared
     */
    public List<MatchedTable> matched(String connection, Collection<String> tables, Predicate<String> tellsChanges) {
        var own = new HashSet<String>();
        written(connection).forEach(pull -> own.add(pull.table()));
        var names = new HashSet<String>();
        var targets = new HashSet<String>();
        Stream.concat(written.values().stream(),
                known.all().values().stream().filter(pull -> !pull.connection().equals(connection))).forEach(pull -> {
                    names.add(pull.name());
                    targets.add(pull.targetName());
                });
        var matched = new ArrayList<MatchedTable>();
        for (String table : new TreeSet<>(tables)) {
            Stream<Settings.Pull> fitting = own.contains(table)
                    ? Stream.of()
                    : patterns(connection).stream().filter(pattern -> pattern.takes(table));
            fitting.findFirst().ifPresent(pattern -> {
                var pull = ofTable(pattern, table, tellsChanges.test(table));
                boolean isFree = !names.contains(pull.name()) && targets.add(pull.targetName());
                names.add(pull.name());
                boolean isShort = pull.targetName().length() <= LONGEST_NAME;
                matched.add(new MatchedTable(pattern.name(), pull,
                        isFree && isShort
                                ? Optional.empty()
                                : Optional.of((isShort
                                        ? "There is another pull " + pull.name() + ", or one with the target "
                                                + pull.targetName()
                                        : "The target " + pull.targetName() + " is longer than PostgreSQL's "
                                                + LONGEST_NAME + " characters")
                                        + ". Configure a pull for the table " + table
                                        + " with a name and TARGET of its own")));
            });
        }
        return matched;
    }

    /** Its name is that of its target without underscores, which could be configured, too. */
    private static Settings.Pull ofTable(Settings.Pull pattern, String table, boolean tellsChanges) {
        String target = new TablePattern(pattern.target().orElse("*")).filledWith(SnakeCase.of(table));
        return new Settings.Pull(target.replace("_", "").toLowerCase(Locale.ROOT), table, List.of(), List.of(),
                pattern.connection(), pattern.companies(), List.of(), List.of(), Optional.empty(),
                tellsChanges ? pattern.every() : Optional.of(pattern.reconcile()),
                tellsChanges ? pattern.cron() : Optional.empty(), pattern.overlap(), pattern.reconcile(),
                pattern.prove(), pattern.deletes(), pattern.maxDeleteShare(), pattern.pageSize(), pattern.pageSizeMax(),
                Optional.of(target));
    }

    /** These are the pulls that patterns make of the tables of a connection, from now on. */
    public synchronized void take(String connection, List<Settings.Pull> pulls) {
        taken.put(connection, List.copyOf(pulls));
        var all = new HashMap<>(written);
        taken.values().forEach(each -> each.forEach(pull -> all.putIfAbsent(pull.name(), pull)));
        known = new KnownPulls(all);
    }
}
