package dev.nxtsync.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

import org.brotli.dec.BrotliInputStream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

/**
 * The yardstick: reads the same pages with Jackson's streaming parser and copies them into an equal table with the same key,
 * and does nothing else. One page after the other, a transaction each.
 */
public final class Reference {
    private final byte[] out = new byte[1 << 16];
    private int used;

    private Reference() {}

    /**
     * @param arguments the server, the database, its user, the table, its columns separated by commas, the GraphQL fields
     *        separated by blanks, rows a page, and what to accept
     */
    public static void main(String... arguments) throws Exception {
        long from = System.nanoTime();
        long rows = new Reference().run(arguments);
        System.out.println("reference " + rows + " " + (System.nanoTime() - from) / 1e9);
    }

    private long run(String... arguments) throws Exception {
        var http = HttpClient.newHttpClient();
        String[] fields = arguments[5].split(" ");
        long rows = 0;
        String after = null;
        boolean more = true;
        try (var database = DriverManager.getConnection(arguments[1], arguments[2], "")) {
            while (more) {
                var request = HttpRequest.newBuilder(URI.create(arguments[0] + "/api/graphql-service"))
                        .header("Accept-Encoding", arguments[7])
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"operationName\":\"load_order\",\"query\":\"{ useCompany { t0: order } }\","
                                        + "\"variables\":{\"n0\":" + arguments[6]
                                        + (after == null ? "" : ",\"f0\":{\"orderNo\":{\"_gt\":" + after + "}}")
                                        + "}}"))
                        .build();
                var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
                String encoding = response.headers().firstValue("Content-Encoding").orElse("");
                try (InputStream in = encoding.equals("gzip")
                        ? new GZIPInputStream(response.body())
                        : encoding.equals("br") ? new BrotliInputStream(response.body()) : response.body();
                        JsonParser parser = new JsonFactory().createParser(in)) {
                    var copy = database.unwrap(PGConnection.class).getCopyAPI().copyIn(
                            "copy " + arguments[3] + " (nxt_company, nxt_read_at, " + arguments[4] + ") from stdin");
                    more = false;
                    while (parser.nextToken() != null) {
                        if (parser.currentToken() == JsonToken.FIELD_NAME
                                && parser.currentName().equals("hasNextPage")) {
                            more |= parser.nextToken() == JsonToken.VALUE_TRUE;
                        } else if (parser.currentToken() == JsonToken.FIELD_NAME
                                && parser.currentName().equals("items")) {
                            parser.nextToken();
                            while (parser.nextToken() == JsonToken.START_OBJECT) {
                                after = row(parser, fields, copy);
                                rows++;
                            }
                        }
                    }
                    flush(copy);
                    copy.endCopy();
                }
            }
        }
        return rows;
    }

    private String row(JsonParser parser, String[] fields, CopyIn copy) throws IOException, java.sql.SQLException {
        var values = new String[fields.length];
        int expected = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            int index = fields[expected].equals(name) ? expected : Arrays.asList(fields).indexOf(name);
            values[index] = parser.nextToken() == JsonToken.VALUE_NULL ? null : parser.getText();
            expected = Math.min(index + 1, fields.length - 1);
        }
        put("5280001\t2026-11-24 12:00:00+00".getBytes(StandardCharsets.US_ASCII), copy);
        for (String value : values) {
            put((byte) '\t', copy);
            if (value == null) {
                put((byte) '\\', copy);
                put((byte) 'N', copy);
            } else {
                put(value.getBytes(StandardCharsets.UTF_8), copy);
            }
        }
        put((byte) '\n', copy);
        return values[0];
    }

    private void put(byte[] bytes, CopyIn copy) throws java.sql.SQLException {
        for (byte each : bytes) {
            put(each, copy);
        }
    }

    private void put(byte each, CopyIn copy) throws java.sql.SQLException {
        if (used == out.length) {
            flush(copy);
        }
        out[used++] = each;
    }

    private void flush(CopyIn copy) throws java.sql.SQLException {
        copy.writeToCopy(out, 0, used);
        used = 0;
    }
}
