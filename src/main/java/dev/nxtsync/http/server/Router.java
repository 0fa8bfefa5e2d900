package dev.nxtsync.http.server;

import java.net.SocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;

/**
 * Finds what stands at an address. It is the only one to do so: what is refused by an address and what is served by it cannot
 * be two things. A path is taken as it is written: dots, empty segments and parameters of segments mean nothing, and a slash
 * that is encoded is part of its segment. One slash at the end is passed over.
 */
final class Router {
    private static final Pattern AUTHORITY = Pattern.compile("^https?://[^/?]*", Pattern.CASE_INSENSITIVE);

    private final List<Route> entries;

    Router(List<Endpoint> addresses) {
        this.entries = addresses.stream().map(each -> new Route(each, segments(each.path()))).toList();
    }

    private record Route(Endpoint endpoint, List<String> segments) {
        boolean fits(List<String> path) {
            if (path.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                if (isParameter(segments.get(i)) ? path.get(i).isEmpty() : !segments.get(i).equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }

        Map<String, String> parameters(List<String> path) {
            var parameters = new HashMap<String, String>();
            for (int i = 0; i < path.size(); i++) {
                if (isParameter(segments.get(i))) {
                    parameters.put(segments.get(i).substring(1, segments.get(i).length() - 1), decoded(path.get(i)));
                }
            }
            return parameters;
        }

        private static boolean isParameter(String segment) {
            return segment.startsWith("{");
        }
    }

    /**
     * What was found.
     *
     * @param methods that the path takes, if it does not take this one; empty if it does
     */
    record Match(Endpoint endpoint, HttpCall call, List<String> methods) {}

    /**
     * @return empty if there is nothing at this path, whatever the method
     * @throws IllegalArgumentException if the address cannot be read
     */
    Optional<Match> find(HttpRequest request, SocketAddress remote) {
        String target = withoutAuthority(request.uri());
        int question = target.indexOf('?');
        var path = segments(question < 0 ? target : target.substring(0, question));
        var there = entries.stream().filter(each -> each.fits(path)).toList();
        if (there.isEmpty()) {
            return Optional.empty();
        }
        String method = request.method().name();
        var wanted = there.stream().filter(each -> each.endpoint().method().equals(method)).findFirst();
        var entry = wanted.orElse(there.get(0));
        var call = HttpCall.of(entry.endpoint().method() + " " + entry.endpoint().path(), entry.parameters(path),
                new QueryStringDecoder(question < 0 ? "" : target.substring(question)).parameters(), request.headers(),
                remote);
        return Optional.of(new Match(entry.endpoint(), call,
                wanted.isPresent() ? List.of() : there.stream().map(each -> each.endpoint().method()).toList()));
    }

    /** A client may write the whole address (RFC 9112, section 3.2.2). */
    private static String withoutAuthority(String target) {
        return AUTHORITY.matcher(target).replaceFirst("");
    }

    /** Empty, too, if it is no path. */
    private static List<String> segments(String path) {
        if (!path.startsWith("/")) {
            return List.of();
        }
        String inner = path.substring(1, path.length() > 1 && path.endsWith("/") ? path.length() - 1 : path.length());
        return Stream.of(inner.split("/", -1)).toList();
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
