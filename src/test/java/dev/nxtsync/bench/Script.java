package dev.nxtsync.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.TestDatabase;

/** What is written by hand where nothing is installed: a script for Node, which may be there or not. */
final class Script {
    private static final Path SOURCE = Path.of("src", "test", "resources", "bench", "copy.mjs");

    private Script() {}

    static boolean canRun() {
        try {
            return new ProcessBuilder("node", "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Lets it fill an empty table that is like the target.
     *
     * @return its seconds from the request for a token, and those of its whole process
     */
    static Times run(MemoryServer server, TestDatabase database, int pageSize) throws Exception {
        database.execute("drop table if exists script; create table script (like nxt.\"order\" including all)");
        String columns = Course.columns(database);
        Path out = Files.createTempFile(Path.of("target"), "script", ".log");
        long from = System.nanoTime();
        var process = new ProcessBuilder("node", SOURCE.toString(), server.url(),
                Integer.toString(MemoryServer.COMPANY), String.join(",", server.fields()), Integer.toString(pageSize),
                "127.0.0.1", Integer.toString(database.port()), database.user(),
                database.value("select current_database()"), "script", "nxt_company, nxt_read_at, " + columns)
                .redirectErrorStream(true).redirectOutput(out.toFile()).start();
        if (!process.waitFor(30, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        double whole = (System.nanoTime() - from) / 1e9;
        List<String> lines = Files.readAllLines(out);
        Files.delete(out);
        double seconds = lines.stream().filter(line -> line.startsWith("script "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).findFirst()
                .orElseThrow(() -> new IllegalStateException(String.join("\n", lines)));
        return new Times(seconds, whole);
    }

    record Times(double work, double whole) {}
}
