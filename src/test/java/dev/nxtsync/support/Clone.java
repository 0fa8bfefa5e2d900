package dev.nxtsync.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What somebody has who clones the repository: the files of this tree that git knows, or would know if they were added. */
public final class Clone {
    private Clone() {}

    /** @return that directory */
    public static Path into(Path directory) throws IOException, InterruptedException {
        for (String each : run(Path.of(""), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
                .split("\0", -1)) {
            if (!each.isEmpty() && Files.exists(Path.of(each))) {
                Path file = directory.resolve(each);
                Files.createDirectories(file.getParent());
                Tree.copy(Path.of(each), file);
            }
        }
        return directory;
    }

    /** Gives it a history of one commit, on a branch called main. */
    public static void history(Path directory) throws IOException, InterruptedException {
        run(directory, "git", "init", "-q", "-b", "main");
        run(directory, "git", "config", "user.name", "A person");
        run(directory, "git", "config", "user.email", "person@example.com");
        run(directory, "git", "add", "--all");
        run(directory, "git", "commit", "-q", "-m", "All there is");
    }

    /** Runs a program that must end well, and returns what it prints. */
    public static String run(Path directory, String... line) throws IOException, InterruptedException {
        var process = new ProcessBuilder(line).directory(directory.toAbsolutePath().toFile()).redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(List.of(line) + " ended with " + process.exitValue() + ":\n" + output);
        }
        return output;
    }
}
