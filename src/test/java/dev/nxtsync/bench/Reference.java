package dev.nxtsync.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.util.zip.GZIPInputStream;

import org.brotli.dec.BrotliInputStream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

/**
 * The yardstick: reads the same pages with Jackson's streaming parser and copies them into an equal table with the same key,
 * and does nothing else, without an object for a value. One page after the other, a transaction each.
 */
final class Reference {
    private static final byte[] FIRST = "5280001\t2026-11-24 12:00:00+00".getBytes(StandardCharsets.US_ASCII);

    private final byte[] out = new byte[1 << 16];
    private int used;

    private Reference() {}

    /**
     * Runs in this JVM, which is warm once it has run before.
     *
     * @param arguments the server, the database, its user, the table, its columns separated by commas, the GraphQL fields
     *        separated by blanks, rows a page, and what to accept
     * @return its seconds
     */
    static double seconds(String... arguments) throws Exception {
        long from = System.nanoTime();
        new Reference().run(arguments);
        return (System.nanoTime() - from) / 1e9;
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

    /** Fields come in the order in which they were asked for. */
    private String row(JsonParser parser, String[] fields, CopyIn copy) throws IOException, java.sql.SQLException {
        String key = "";
        put(FIRST, copy);
        for (int i = 0; i < fields.length; i++) {
            parser.nextToken();
            put((byte) '\t', copy);
            if (parser.nextToken() == JsonToken.VALUE_NULL) {
                put((byte) '\\', copy);
                put((byte) 'N', copy);
            } else {
                put(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength(), copy);
            }
            key = i == 0 ? parser.getText() : key;
        }
        parser.nextToken();
        put((byte) '\n', copy);
        return key;
    }

    private void put(char[] chars, int offset, int length, CopyIn copy) throws java.sql.SQLException {
        for (int i = offset; i < offset + length; i++) {
            char c = chars[i];
            if (c < 0x80) {
                put((byte) c, copy);
            } else {
                put((byte) (0xC0 | (c >> 6)), copy);
                put((byte) (0x80 | (c & 0x3F)), copy);
            }
        }
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
