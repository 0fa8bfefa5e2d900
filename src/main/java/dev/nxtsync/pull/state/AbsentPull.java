package dev.nxtsync.pull.state;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.config.Pulls;
import dev.nxtsync.error.QuotedText;

/** Why there is no pull of a name that somebody has given. Safe for any number of threads. */
@Singleton
public record AbsentPull(Pulls pulls, PatternTables tables) {

    /** For whoever has named it, with what to do instead: of a table that is left out, why it is. */
    public String reason(String name) throws SQLException {
        if (pulls.hasPatterns()) {
            for (var each : tables.read()) {
                if (each.pull().equals(name) && !each.taken()) {
                    return "There is no pull \"" + name + "\": pull " + each.pattern() + " leaves out the table "
                            + each.tableName() + ". " + each.reason();
                }
            }
        }
        return pulls.isPattern(name)
                ? "\"" + name + "\" is a pull of many tables. Name one of those that it makes"
                        + NameSuggestion.among(name, pulls.names())
                : "There is no pull \"" + QuotedText.name(name) + "\"" + NameSuggestion.among(name, pulls.names());
    }
}
