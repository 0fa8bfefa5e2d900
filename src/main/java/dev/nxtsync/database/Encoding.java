package dev.nxtsync.database;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/**
 * Which texts a database can hold, by the encoding that it was made with (PostgreSQL documentation, "Character Set Support").
 * Safe for any number of threads.
 */
public final class Encoding {
    /** Holds every character. */
    public static final Encoding UTF8 = new Encoding("UTF8", null);

    private static final String ASCII_ONLY = "SQL_ASCII";
    private static final Map<String, String> CHARSETS = Map.ofEntries(Map.entry("LATIN1", "ISO-8859-1"),
            Map.entry("LATIN2", "ISO-8859-2"), Map.entry("LATIN3", "ISO-8859-3"), Map.entry("LATIN4", "ISO-8859-4"),
            Map.entry("LATIN5", "ISO-8859-9"), Map.entry("LATIN7", "ISO-8859-13"), Map.entry("LATIN9", "ISO-8859-15"),
            Map.entry("ISO_8859_5", "ISO-8859-5"), Map.entry("ISO_8859_6", "ISO-8859-6"),
            Map.entry("ISO_8859_7", "ISO-8859-7"), Map.entry("ISO_8859_8", "ISO-8859-8"), Map.entry("WIN866", "IBM866"),
            Map.entry("WIN874", "x-windows-874"), Map.entry("KOI8R", "KOI8-R"), Map.entry("KOI8U", "KOI8-U"),
            Map.entry("EUC_JP", "EUC-JP"), Map.entry("EUC_KR", "EUC-KR"), Map.entry("EUC_CN", "GB2312"));
    private static final Map<String, Encoding> KNOWN = new ConcurrentHashMap<>();

    private final String name;
    private final @Nullable Charset charset;
    /** Of the characters of two bytes in Java. */
    private final BitSet held = new BitSet();

    private Encoding(String name, @Nullable Charset charset) {
        this.name = name;
        this.charset = charset;
        if (charset != null) {
            CharsetEncoder encoder = charset.newEncoder();
            for (int c = 0; c <= Character.MAX_VALUE; c++) {
                held.set(c, encoder.canEncode((char) c));
            }
        }
    }

    /** That of the database behind a connection, which the server told at the login. */
    public static Encoding read(Handle connection) throws SQLException {
        return named(name(connection));
    }

    private static String name(Handle connection) throws SQLException {
        return String
                .valueOf(connection.getConnection().unwrap(PGConnection.class).getParameterStatus("server_encoding"));
    }

    /** The one that PostgreSQL calls so. Of one that Java does not know, only ASCII is relied on. */
    static Encoding named(String name) {
        // a database in SQL_ASCII takes the bytes as they come, which are those of UTF-8
        return name.equals(UTF8.name) || name.equals(ASCII_ONLY)
                ? UTF8
                : KNOWN.computeIfAbsent(name, unknown -> new Encoding(unknown, charset(unknown)));
    }

    private static Charset charset(String name) {
        String java = CHARSETS.getOrDefault(name, name.replaceFirst("^WIN(?=125\\d$)", "windows-"));
        return java.matches("[\\w-]+") && Charset.isSupported(java) ? Charset.forName(java) : StandardCharsets.US_ASCII;
    }

    /** What is to be done about a database that was not made for every character; empty if there is nothing. */
    public static Optional<Problem> flaw(Handle connection) throws SQLException {
        String name = name(connection);
        return name.equals(UTF8.name)
                ? Optional.empty()
                : Optional.of(new Problem(ErrorCode.DATABASE_ENCODING,
                        "The database has the encoding " + name + (name.equals(ASCII_ONLY)
                                ? ", which knows only the letters of ASCII: others are stored, but compared, sorted and "
                                        + "cut as bytes. "
                                : ", which lacks characters that Business NXT has: rows with such characters are set aside. ")
                                + ErrorCode.DATABASE_ENCODING.nextStep()));
    }

    /** Whether it has this character. */
    public boolean holds(int codePoint) {
        return charset == null || (Character.isBmpCodePoint(codePoint)
                ? held.get(codePoint)
                : charset.newEncoder().canEncode(Character.toString(codePoint)));
    }

    /** What a text has that the database cannot hold, as in "it has …"; empty if it can hold it as it is. */
    public Optional<String> flaw(String text) {
        return Characters.flaw(text)
                .or(() -> text.codePoints().filter(each -> !holds(each)).mapToObj(this::lacking).findFirst());
    }

    /** As {@link #flaw} says it of a character. */
    public String lacking(int codePoint) {
        return String.format("the character U+%04X, which the encoding %s of the database lacks", codePoint, name);
    }

    /** The text with a question mark for each character that the database cannot hold, to be shown to people. */
    public String shown(String text) {
        return Characters.shown(text).codePoints().map(each -> holds(each) ? each : '?')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /** The same JSON, in which characters that the database cannot hold are escaped. */
    public String json(String json) {
        if (charset == null || json.codePoints().allMatch(this::holds)) {
            return json;
        }
        var escaped = new StringBuilder();
        // whatever is not ASCII is in a string
        json.codePoints().forEach(each -> {
            if (holds(each)) {
                escaped.appendCodePoint(each);
            } else {
                for (char c : Character.toChars(each)) {
                    escaped.append(String.format("\\u%04x", (int) c));
                }
            }
        });
        return escaped.toString();
    }

    @Override
    public String toString() {
        return name;
    }
}
