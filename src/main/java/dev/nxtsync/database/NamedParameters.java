package dev.nxtsync.database;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Finds the parameters of a statement, which are {@code :name} but in quotes and in comments. JDBI's own parser finds the same,
 * by a lexer of ANTLR, which takes a tenth of a second of every start.
 */
final class NamedParameters implements SqlParser {
    /** Plain text, quoted text, quoted name, two kinds of comment, cast, parameter, and what begins none of these. */
    private static final Pattern PIECE = Pattern.compile(
            "[^:'\"/-]++|'[^']*'|\"[^\"]+\"|--[^\\n\\r]*|/\\*(?s:.*?)\\*/|::|:(?<name>[a-zA-Z][\\w.]*)|[:'\"/-]");

    /** Nearly all statements are constants of the code; what is made anew each time must not fill the memory. */
    private static final int MOST = 1_000;

    private final Map<String, ParsedSql> known = new ConcurrentHashMap<>();

    @Override
    public ParsedSql parse(String sql, StatementContext context) {
        var before = known.get(sql);
        if (before != null) {
            return before;
        }
        var parsed = parse(sql);
        if (known.size() < MOST) {
            known.put(sql, parsed);
        }
        return parsed;
    }

    private static ParsedSql parse(String sql) {
        var parsed = ParsedSql.builder();
        var piece = PIECE.matcher(sql);
        while (piece.find()) {
            String name = piece.group("name");
            if (name == null) {
                parsed.append(piece.group());
            } else {
                parsed.appendNamedParameter(name);
            }
        }
        return parsed.build();
    }

    @Override
    public String nameParameter(String rawName, StatementContext context) {
        return ':' + rawName;
    }
}
