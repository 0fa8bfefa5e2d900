package dev.nxtsync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The texts in the sources: what ArchUnit cannot see, since constants are folded and SQL is no code. */
final class Literals {
    private static final Path MAIN = Path.of("src/main/java/dev/nxtsync");
    private static final Pattern TOKEN = Pattern.compile("""
            \"""[ \\t]*\\n((?s:[^\\\\"]|\\\\.|"(?!""))*+)\"""|"([^"\\\\\\n]*+(?:\\\\.[^"\\\\\\n]*+)*+)"\
            |'(?:[^'\\\\]|\\\\.)[^']*'|//[^\\n]*|(?s:/\\*.*?\\*/)""");

    /** Which character it is matters to nobody here. */
    private static final Pattern UNICODE = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u+[0-9a-fA-F]{4}");

    private Literals() {}

    /** By file, relative to the package of all; text blocks with their indentation. */
    static Map<String, List<String>> ofMain() throws IOException {
        var literals = new TreeMap<String, List<String>>();
        try (Stream<Path> files = Files.walk(MAIN)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                literals.put(MAIN.relativize(file).toString().replace('\\', '/'), in(Files.readString(file)));
            }
        }
        return literals;
    }

    static List<String> in(String source) {
        return TOKEN.matcher(source).results().map(token -> token.group(1) == null ? token.group(2) : token.group(1))
                .filter(each -> each != null).map(each -> UNICODE.matcher(each).replaceAll("$1?").translateEscapes())
                .toList();
    }

    /** The package of a file, as {@code pull.state}. */
    static String packageOf(String file) {
        return file.contains("/") ? file.substring(0, file.lastIndexOf('/')).replace('/', '.') : "";
    }
}
