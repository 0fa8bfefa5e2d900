package dev.nxtsync.config;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How Business NXT is asked.
 *
 * @param connections by name
 * @param addresses of GraphQL, by connection
 * @param timeLimit how long the server itself works on one request before it gives up
 * @param requestsPerMinute of one connection, in this process, at least 1
 * @param traceParent whether the server is told which trace a request belongs to
 */
public record ApiSettings(Map<String, Settings.Connection> connections, Map<String, String> addresses,
        PlainHttp plainHttp, Duration timeLimit, int requestsPerMinute, boolean traceParent) {

    public static ApiSettings of(Settings all) {
        var addresses = new TreeMap<String, String>();
        all.connections().forEach((name, each) -> addresses.put(name, all.graphqlUrl(each)));
        return new ApiSettings(all.connections(), addresses, all.plainHttp(), all.api().timeLimit(),
                all.budget().perMinute(), all.api().traceParent() == Settings.TraceParent.ON);
    }

    /** Where the calls of a configured connection go to. */
    public String address(Settings.Connection connection) {
        return Objects.requireNonNull(addresses.get(connection.name()));
    }

    /** Whether anything may be sent there. */
    public boolean allows(Settings.Connection connection) {
        return plainHttp.allows(URI.create(address(connection)));
    }
}
