package dev.nxtsync.http.server;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a caller gets.
 *
 * @param headers but for those that the port sets by itself: length and connection
 */
public record HttpAnswer(int status, Map<String, String> headers, String body) {

    /** Without a body. */
    public static HttpAnswer of(int status) {
        return new HttpAnswer(status, Map.of(), "");
    }

    /** @param type with its character set, which is UTF-8 */
    public static HttpAnswer of(int status, String type, String body) {
        return new HttpAnswer(status, Map.of("Content-Type", type), body);
    }

    public static HttpAnswer json(int status, String body) {
        return of(status, "application/json;charset=UTF-8", body);
    }

    /** The same with one header more. */
    public HttpAnswer with(String name, String value) {
        var all = new TreeMap<>(headers);
        all.put(name, value);
        return new HttpAnswer(status, Collections.unmodifiableMap(all), body);
    }
}
