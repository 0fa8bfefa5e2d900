package dev.nxtsync.config;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * With what the tokens of connections are asked for.
 *
 * @param connections by name
 * @param issuers whose discovery document names the endpoints, by connection, without a slash at the end
 */
public record TokenSettings(Map<String, Settings.Connection> connections, Map<String, String> issuers,
        PlainHttp plainHttp) {

    public static TokenSettings of(Settings all) {
        var issuers = new TreeMap<String, String>();
        all.connections().forEach((name, each) -> issuers.put(name, all.issuer(each)));
        return new TokenSettings(all.connections(), issuers, all.plainHttp());
    }

    /** Of a configured connection. */
    public String issuer(Settings.Connection connection) {
        return Objects.requireNonNull(issuers.get(connection.name()));
    }
}
