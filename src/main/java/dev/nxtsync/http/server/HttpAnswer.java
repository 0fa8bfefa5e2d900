package dev.nxtsync.http.server;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

import io.netty.handler.codec.http.HttpResponseStatus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.nxtsync.error.ErrorCode;

/**
 * What a caller gets.
 *
 * @param headers but for those that the port sets by itself: length and connection
 */
public record HttpAnswer(int status, Map<String, String> headers, String body) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

    /** Without a body. */
    public static HttpAnswer of(int status) {
        return new HttpAnswer(status, Map.of(), "");
    }

    /** @param type with its character set, which is UTF-8 */
    public static HttpAnswer of(int status, String type, String body) {
        return new HttpAnswer(status, Map.of("Content-Type", type), body);
    }

    /** @param value a record, whose components are the members, or a tree */
    public static HttpAnswer json(int status, Object value) {
        return of(status, "application/json;charset=UTF-8", text(value));
    }

    /** Of RFC 9457; {@code error} is what callers of earlier versions read. */
    private record ProblemDetails(String title, int status, String detail, String code, String error) {}

    /** An error, as {@code application/problem+json} (RFC 9457). */
    public static HttpAnswer problem(int status, ErrorCode code, String detail) {
        return of(status, "application/problem+json",
                text(new ProblemDetails(HttpResponseStatus.valueOf(status).reasonPhrase(), status, detail, code.code(),
                        detail)));
    }

    private static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(value.getClass() + " cannot be written as JSON", e);
        }
    }

    /** The same with one header more. */
    public HttpAnswer with(String name, String value) {
        var all = new TreeMap<>(headers);
        all.put(name, value);
        return new HttpAnswer(status, Collections.unmodifiableMap(all), body);
    }
}
