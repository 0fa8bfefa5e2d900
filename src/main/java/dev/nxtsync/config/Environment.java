package dev.nxtsync.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Our variables, as they were set. Java decodes them by the locale: without one of UTF-8, as in many a container, each
 * {@code ä} is lost. Linux keeps the bytes, and those that are UTF-8 are read as that.
 */
final class Environment {
    static final String PREFIX = "NXT_";
    /** The variables of this process, as they were at its start (Linux manual, proc_pid_environ(5)). */
    private static final Path BYTES = Path.of("/proc/self/environ");

    private Environment() {}

    static Map<String, String> read() {
        return of(System.getenv(), BYTES);
    }

    /** @param bytes where the system keeps them, each with a zero byte behind it; need not be there */
    static Map<String, String> of(Map<String, String> decoded, Path bytes) {
        var ours = new TreeMap<>(decoded);
        ours.keySet().removeIf(name -> !name.startsWith(PREFIX));
        if (!ours.values().stream().allMatch(Environment::isSure)) {
            var raw = raw(bytes);
            ours.replaceAll(
                    (name, value) -> isSure(value) || !raw.containsKey(name) ? value : sure(value, raw.get(name)));
        }
        return ours;
    }

    private static String sure(String decoded, byte[] bytes) {
        try {
            return Utf8.decode(bytes);
        } catch (UnusableText e) {
            // of another encoding, which the locale may know; else no question mark that stands for it is taken for one
            return isAscii(decoded) ? new String(bytes, StandardCharsets.US_ASCII) : decoded;
        }
    }

    private static boolean isSure(String value) {
        return isAscii(value) && value.indexOf('?') < 0;
    }

    private static boolean isAscii(String value) {
        return value.chars().allMatch(each -> each < 0x80);
    }

    private static Map<String, byte[]> raw(Path bytes) {
        var all = new HashMap<String, byte[]>();
        try {
            // one character for each byte
            for (String variable : Files.readString(bytes, StandardCharsets.ISO_8859_1).split("\0", -1)) {
                int end = variable.indexOf('=');
                if (end > 0) {
                    all.putIfAbsent(variable.substring(0, end),
                            variable.substring(end + 1).getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException | SecurityException e) {
            // not a system that tells
        }
        return all;
    }
}
