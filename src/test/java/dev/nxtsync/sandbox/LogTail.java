package dev.nxtsync.sandbox;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Prints what has been added to a file since the last time. */
final class LogTail {
    private final Path file;
    private long position;

    LogTail(Path file) {
        this.file = file;
    }

    void print() throws IOException {
        try (var log = new RandomAccessFile(file.toFile(), "r")) {
            var bytes = new byte[(int) (log.length() - position)];
            log.seek(position);
            log.readFully(bytes);
            position += bytes.length;
            System.out.print(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
