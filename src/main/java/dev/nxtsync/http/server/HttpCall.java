package dev.nxtsync.http.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;

/**
 * A request: what its headers say, and its body once that is whole. What it prints as may stand in a log: of the address only
 * the pattern, since paths and queries hold links, codes and keys.
 */
public final class HttpCall {
    private final String pattern;
    private final Map<String, String> parameters;
    private final Map<String, List<String>> query;
    private final HttpHeaders headers;
    private final String remote;
    private final byte[] body;

    private HttpCall(String pattern, Map<String, String> parameters, Map<String, List<String>> query,
            HttpHeaders headers, String remote, byte[] body) {
        this.pattern = pattern;
        this.parameters = parameters;
        this.query = query;
        this.headers = headers;
        this.remote = remote;
        this.body = body;
    }

    /**
     * @param pattern method and path of the address, with parameters in braces
     * @param parameters of the path, by name, as they are meant
     */
    static HttpCall of(String pattern, Map<String, String> parameters, Map<String, List<String>> query,
            HttpHeaders headers, SocketAddress remote) {
        return new HttpCall(pattern, parameters, query, headers,
                remote instanceof InetSocketAddress internet
                        ? internet.getAddress().getHostAddress()
                        : "an unknown address",
                new byte[0]);
    }

    HttpCall with(byte[] whole) {
        return new HttpCall(pattern, parameters, query, headers, remote, whole);
    }

    /** One that the path of the address has in braces. */
    public String parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).orElseThrow();
    }

    /** The first of that name. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name)).map(values -> values.get(0));
    }

    /** The first of that name; names are alike in capitals and small letters. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    public Optional<String> cookie(String name) {
        return headers.getAll(HttpHeaderNames.COOKIE).stream()
                .flatMap(each -> ServerCookieDecoder.STRICT.decodeAll(each).stream())
                .filter(each -> each.name().equals(name)).map(each -> each.value()).findFirst();
    }

    /** Not a copy. Empty where none is taken. */
    public byte[] body() {
        return body;
    }

    /** The network address of who has connected, which may be a proxy. */
    public String remote() {
        return remote;
    }

    @Override
    public String toString() {
        return pattern;
    }
}
