package dev.nxtsync.config;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What of pulls is wrong by itself, or does not fit to the rest. */
final class PullChecks {
    private static final Pattern TARGET = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");
    private static final Pattern MANY_TABLES = Pattern.compile("[A-Za-z0-9_*]+");
    /** One star, and room for names. */
    private static final Pattern MANY_TARGETS = Pattern
            .compile("(\\*|[A-Za-z_][A-Za-z0-9_]{0,31}\\*)[A-Za-z0-9_]{0,31}");

    private final List<SettingError> problems = new ArrayList<>();

    private PullChecks() {}

    static List<SettingError> errors(Settings settings) {
        var checks = new PullChecks();
        settings.pulls().values().forEach(pull -> checks.pull(pull, settings));
        checks.targets(settings.pulls());
        return checks.problems;
    }

    private void pull(Settings.Pull pull, Settings settings) {
        String prefix = Settings.Pull.variable(pull.name(), "");
        if (!settings.connections().containsKey(pull.connection())) {
            add(prefix + "CONNECTION", "\"" + pull.connection() + "\" is not a connection; there is "
                    + String.join(", ", settings.connections().keySet()));
        }
        if (pull.isPattern()) {
            pattern(pull, prefix);
        } else if (!pull.table().isEmpty()) {
            identifier(prefix + "TABLE", pull.table());
            if (!pull.exceptTables().isEmpty()) {
                add(prefix + "EXCEPT_TABLES",
                        "is set, and " + prefix + "TABLE has no *; a pull of one table leaves out none");
            }
        }
        pull.key().forEach(column -> identifier(prefix + "KEY", column));
        pull.columns().forEach(column -> identifier(prefix + "COLUMNS", column));
        pull.except().forEach(column -> identifier(prefix + "EXCEPT", column));
        pull.target().filter(target -> !pull.isPattern() && !TARGET.matcher(target).matches())
                .ifPresent(target -> add(prefix + "TARGET",
                        "\"" + target + "\" is not a table name; write letters, digits and underscores, at most 63"));
        if (pull.every().isPresent() && pull.cron().isPresent()) {
            add(prefix + "CRON", "is set, and " + prefix + "EVERY too; set only one of the two");
        }
        try {
            pull.cadence(ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            add(prefix + "CRON", "\"" + pull.cron().orElse("") + "\" is not a cron expression in Quartz syntax ("
                    + String.valueOf(e.getMessage()).replaceAll("[\\[\\]]", "") + "); write for example 0 30 2 * * ?");
        }
        if (pull.overlap().compareTo(settings.api().timeLimit().multipliedBy(2)) < 0) {
            add(prefix + "OVERLAP", "\"" + pull.overlap().toSeconds() + "s\" is less than twice NXT_API_TIME_LIMIT ("
                    + settings.api().timeLimit().toSeconds() + "s); changes that are committed late would be lost");
        }
        pull.filter().filter(filter -> !SettingError.isObject(filter)).ifPresent(filter -> add(prefix + "FILTER",
                "\"" + filter + "\" is not a JSON object; write for example {\"customerNo\": {\"_gt\": 0}}"));
    }

    /** What is said of many tables, and what cannot be. */
    private void pattern(Settings.Pull pull, String prefix) {
        tables(prefix + "TABLE", List.of(pull.table()));
        tables(prefix + "EXCEPT_TABLES", pull.exceptTables());
        pull.target().filter(target -> !MANY_TARGETS.matcher(target).matches())
                .ifPresent(target -> add(prefix + "TARGET", "\"" + target + "\" would be the target of all tables of "
                        + prefix + "TABLE; write a * where the name of each belongs, such as oslo_*"));
        var ofOne = new TreeMap<String, Boolean>();
        ofOne.put("KEY", !pull.key().isEmpty());
        ofOne.put("COLUMNS", !pull.columns().isEmpty());
        ofOne.put("EXCEPT", !pull.except().isEmpty());
        ofOne.put("FILTER", pull.filter().isPresent());
        ofOne.forEach((setting, isSet) -> {
            if (isSet) {
                add(prefix + setting, "is about one table, and " + prefix + "TABLE is \"" + pull.table()
                        + "\"; configure a pull for that table beside it, such as NXT_PULLS_LINES_TABLE=orderLine with "
                        + "NXT_PULLS_LINES_" + setting);
            }
        });
    }

    private void tables(String setting, List<String> patterns) {
        patterns.stream().filter(text -> !MANY_TABLES.matcher(text).matches()).forEach(text -> add(setting,
                "\"" + text + "\" is not a GraphQL name with * in it; write for example order*, or * for all tables"));
    }

    private void targets(Map<String, Settings.Pull> pulls) {
        var taken = new HashMap<String, String>();
        var patterns = new ArrayList<Settings.Pull>();
        for (Settings.Pull pull : pulls.values()) {
            if (pull.isPattern()) {
                patterns.stream().filter(other -> haveSameTargets(other, pull)).findFirst().ifPresent(other -> add(
                        Settings.Pull.variable(pull.name(), "TARGET"),
                        "the pulls " + other.name() + " and " + pull.name()
                                + " are for different connections, and would write the same target tables; set this one "
                                + "to names of its own with a * in them, such as " + pull.name() + "_*"));
                patterns.stream().filter(other -> areEqual(other, pull)).findFirst()
                        .ifPresent(other -> add(Settings.Pull.variable(pull.name(), "TABLE"),
                                "the pulls " + other.name() + " and " + pull.name() + " of connection "
                                        + pull.connection() + " would take the same tables, \"" + pull.table()
                                        + "\"; take one of them out, or let one "
                                        + "say more of the names, such as order*, which then takes those"));
                patterns.add(pull);
                continue;
            }
            String target = pull.targetName();
            var other = taken.putIfAbsent(target, pull.name());
            if (other != null && !target.isEmpty()) {
                add(Settings.Pull.variable(pull.name(), "TARGET"),
                        "the pulls " + other + " and " + pull.name()
                                + " would write the same target table; set this one, or "
                                + Settings.Pull.variable(other, "TARGET") + ", to a name of its own");
            }
        }
    }

    private static boolean areEqual(Settings.Pull one, Settings.Pull other) {
        return one.connection().equals(other.connection())
                && new TablePattern(one.table()).isSameAs(new TablePattern(other.table()));
    }

    /** As far as the patterns alone tell. */
    private static boolean haveSameTargets(Settings.Pull one, Settings.Pull other) {
        return !one.connection().equals(other.connection()) && one.target().equals(other.target())
                && (new TablePattern(one.table()).matches(other.table())
                        || new TablePattern(other.table()).matches(one.table()));
    }

    private void identifier(String setting, String text) {
        SettingError.ofName(setting, text).ifPresent(problems::add);
    }

    private void add(String setting, String what) {
        problems.add(new SettingError(setting, what));
    }
}
