package dev.nxtsync.bench;

import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;

import dev.nxtsync.pull.PageReader;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.TestDatabase;

/** The way of a row from JSON to what is copied, on one thread, without network and database. */
final class EncoderAlone {
    static final String GARBAGE = "garbage of the encoder alone, bytes a row";
    private static final int ROWS = 5_000;
    private static final int PAGES = 40;

    private EncoderAlone() {}

    /** Its figures once it is warm, for a page of the server's. */
    static Map<String, Double> measure(MemoryServer server, TestDatabase database) throws Exception {
        byte[] page = page(server);
        var reader = reader(server, database);
        read(page, reader, PAGES);
        var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = thread.getCurrentThreadAllocatedBytes();
        long from = System.nanoTime();
        long rows = read(page, reader, PAGES);
        double seconds = (System.nanoTime() - from) / 1e9;
        return Map.of("the encoder alone, rows/s", rows / seconds, GARBAGE,
                (double) (thread.getCurrentThreadAllocatedBytes() - allocated) / rows);
    }

    private static long read(byte[] page, PageReader reader, int times) throws Exception {
        var json = new JsonFactory();
        long rows = 0;
        for (int i = 0; i < times; i++) {
            reader.cleared();
            try (var parser = json.createParser(new ByteArrayInputStream(page))) {
                while (parser.nextToken() != JsonToken.START_ARRAY) {
                    // before the rows
                }
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    reader.row(parser);
                }
            }
            rows += reader.buffer().rows();
        }
        return rows;
    }

    private static byte[] page(MemoryServer server) throws Exception {
        return HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create(server.url() + "/api/graphql-service"))
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"operationName\":\"load_order\",\"query\":\"{ useCompany { t0: order } }\","
                                        + "\"variables\":{\"n0\":" + ROWS + "}}"))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    private static PageReader reader(MemoryServer server, TestDatabase database) {
        var columns = new ArrayList<TargetColumn>();
        for (var column : database.rows("select attname, format_type(atttypid, null) as type from pg_attribute where "
                + "attrelid = 'nxt.\"order\"'::regclass and attnum > 0 and attname not like 'nxt\\_%' order by attnum")) {
            String type = String.valueOf(column.get("type")).replace(" without time zone", "");
            for (ColumnType each : ColumnType.values()) {
                if (each.sql().equals(type)) {
                    columns.add(new TargetColumn(String.valueOf(column.get("attname")), each, ""));
                }
            }
        }
        var fields = server.fields();
        var table = new TargetTable("nxt", "order", "nxt_company", "", columns, List.of(columns.get(0).name()),
                Optional.empty(), false);
        var mapping = new TableMapping(fields, List.of(), fields, IntStream.range(0, fields.size()).boxed().toList(),
                table);
        return new PageReader(mapping, List.of(fields.get(0)), List.of(fields.get(0)), Set.of());
    }
}
