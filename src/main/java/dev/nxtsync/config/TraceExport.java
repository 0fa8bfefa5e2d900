package dev.nxtsync.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where traces go to. That is said by OpenTelemetry's own variables, which are often set for all that runs in a place: what is
 * wrong with them is warned of and leaves traces off, but no work depends on it.
 *
 * @param endpoint empty where traces are off
 * @param secretHeaders as {@code a=b,c=d}
 */
public record TraceExport(Optional<String> endpoint, Optional<Secret> secretHeaders, List<String> warnings) {
    /** There are no traces. */
    public static final TraceExport OFF = new TraceExport(Optional.empty(), Optional.empty(), List.of());
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static final String PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private static final String HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";
    private static final String TYPE = "application/x-protobuf";
    private static final Pattern HEADER = Pattern.compile("([A-Za-z0-9!#$&'*+.^_`|~-]+)\\s*=\\s*([!-~][ -~]*)");

    /** As the environment has it. */
    public static TraceExport of(Map<String, String> environment) {
        String endpoint = environment.getOrDefault(ENDPOINT, "").strip();
        if (endpoint.isEmpty() || environment.getOrDefault("OTEL_SDK_DISABLED", "").strip().equalsIgnoreCase("true")
                || environment.getOrDefault("OTEL_TRACES_EXPORTER", "").strip().equals("none")) {
            return OFF;
        }
        var flaws = new ArrayList<String>();
        if (!CrossChecks.isAddress(endpoint)) {
            // which may hold a password, so that it is not shown
            flaws.add(ENDPOINT + " is not an http or https address; write for example http://collector:4318");
        } else if (endpoint.matches(".*[@?#].*")) {
            flaws.add(ENDPOINT
                    + " has a user, a query or a fragment; write only host, port and path. Credentials for the "
                    + "collector belong into " + HEADERS);
        }
        String protocol = environment.getOrDefault(PROTOCOL, "").strip();
        if (!protocol.isEmpty() && !protocol.equals("http/protobuf")) {
            flaws.add(
                    PROTOCOL + " is \"" + protocol + "\", but traces are sent by http/protobuf only; leave it out, and "
                            + "give " + ENDPOINT + " the collector's port for it, mostly 4318");
        }
        String headers = environment.getOrDefault(HEADERS, "").strip();
        if (parsed(headers).isEmpty()) {
            flaws.add(HEADERS + " is not of the form name=value,name=value");
        }
        return flaws.isEmpty()
                ? new TraceExport(Optional.of(endpoint),
                        Optional.of(headers).filter(text -> !text.isEmpty()).map(Secret::of), List.of())
                : new TraceExport(Optional.empty(), Optional.empty(),
                        flaws.stream().map(flaw -> flaw + ". There are no traces.").toList());
    }

    /** Where spans are posted to; only where traces are on. */
    public String address() {
        return endpoint.orElseThrow().replaceFirst("/+$", "") + "/v1/traces";
    }

    /** With which they are. */
    public Map<String, String> headers() {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(parsed(secretHeaders.map(Secret::reveal).orElse("")).orElseThrow());
        headers.put("Content-Type", TYPE);
        return headers;
    }

    /** Values may be encoded as in an address; empty if it is something else. */
    private static Optional<Map<String, String>> parsed(String text) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        try {
            for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                var header = HEADER
                        .matcher(URLDecoder.decode(each.strip().replace("+", "%2B"), StandardCharsets.UTF_8));
                if (!header.matches()) {
                    return Optional.empty();
                }
                headers.put(header.group(1), header.group(2));
            }
            return Optional.of(headers);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
