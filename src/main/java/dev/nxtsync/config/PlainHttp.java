package dev.nxtsync.config;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where secrets and tokens may go without TLS: to this machine, and to hosts that the operator has named.
 *
 * @param hosts names or literal addresses, without port; an IPv6 address in brackets
 */
public record PlainHttp(List<String> hosts) {
    private static final Pattern LOOPBACK = Pattern.compile("(?i)localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** Whether an http or https address may be called. */
    public boolean allows(URI address) {
        String host = String.valueOf(address.getHost());
        return "https".equalsIgnoreCase(address.getScheme()) || LOOPBACK.matcher(host).matches()
                || hosts.stream().anyMatch(host::equalsIgnoreCase);
    }
}
