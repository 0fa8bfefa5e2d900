package dev.nxtsync.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import net.bytebuddy.ByteBuddy;

/**
 * Has named methods of a daemon throw, from outside: an agent is woven into its JVM, so that the product has no line for it. A
 * place is a method, as in {@code schedule.Heartbeat.beat}; it throws once when it is entered next after {@link #arm}.
 */
public final class FailPoints {
    private static final Path AGENT = Path.of("target", "daemons", "fail-points.jar").toAbsolutePath();

    private final Path directory;

    private FailPoints(Path directory) {
        this.directory = directory;
    }

    /** What is thrown. */
    public enum Kind {
        RUNTIME_EXCEPTION, ERROR, OUT_OF_MEMORY
    }

    /** The JVM's option for a daemon that can be made to fail at these places. */
    public static String option(Iterable<String> places) {
        return "-javaagent:" + agent() + "=" + String.join(",", places);
    }

    /** Those of a daemon that was started with {@link #option}. */
    public static FailPoints of(Daemon daemon) {
        return new FailPoints(daemon.log().getParent());
    }

    /** Has a place throw the next time. */
    public void arm(String place, Kind kind) {
        try {
            // whole at once for whoever looks
            Path armed = Files.writeString(directory.resolve("arming"), kind.name());
            Files.move(armed, directory.resolve(FailPointAgent.fileOf(place)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a place that was armed has thrown. */
    public boolean hasStruck(String place) {
        return !Files.exists(directory.resolve(FailPointAgent.fileOf(place)));
    }

    /** The agent, and the library that it weaves with, as the JVM wants them. */
    private static synchronized Path agent() {
        try {
            Files.createDirectories(AGENT.getParent());
            var manifest = new Manifest();
            var main = manifest.getMainAttributes();
            main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
            main.putValue("Premain-Class", FailPointAgent.class.getName());
            main.put(Attributes.Name.CLASS_PATH,
                    ByteBuddy.class.getProtectionDomain().getCodeSource().getLocation().toString());
            Path made = Files.createTempFile(AGENT.getParent(), "fail-points", ".jar");
            try (var jar = new JarOutputStream(Files.newOutputStream(made), manifest)) {
                for (Class<?> each : new Class<?>[]{FailPointAgent.class, FailPointAgent.Weave.class,
                        FailPointAgent.Weave.Place.class}) {
                    String name = each.getName().replace('.', '/') + ".class";
                    jar.putNextEntry(new JarEntry(name));
                    try (var bytes = each.getResourceAsStream("/" + name)) {
                        bytes.transferTo(jar);
                    }
                    jar.closeEntry();
                }
            }
            return Files.move(made, AGENT, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
