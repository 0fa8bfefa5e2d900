package dev.nxtsync.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The packaged daemon, or one of its commands, as a process that is configured by environment variables alone. */
public final class Daemon implements AutoCloseable {
    /** An operator key as the tests have it, as long as one must be. */
    public static final String OPERATOR = "0perator-key-of-the-tests";
    /** The options that the JVM has in the image. */
    public static final String OPTIONS_OF_IMAGE = "@" + Path.of("image", "jvm-options").toAbsolutePath();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** Ports of one process of tests, of which several run side by side. */
    private static final int PORTS = 2_600;
    private static final int FIRST_PORT = 15_000 + Integer.getInteger("nxt.fork", 0) % 6 * PORTS;
    /** Not the ports of the process of tests before, whose connections may not be forgotten yet. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

    private final Process process;
    private final Path log;
    private final int port;
    private final int managementPort;

    private Daemon(Process process, Path log, int port, int managementPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.managementPort = managementPort;
    }

    /** What to start, with which variables. */
    public static final class Builder {
        private final Map<String, String> variables = new TreeMap<>();
        private final List<String> jvm = new ArrayList<>();
        private final Map<String, String> files = new TreeMap<>();
        private String[] command = {};
        private List<String> line = List.of();
        private String shell = "";
        private Optional<Path> where = Optional.empty();

        public Builder with(String variable, Object value) {
            variables.put(variable, value.toString());
            return this;
        }

        public Builder without(String variable) {
            variables.remove(variable);
            return this;
        }

        public Builder jvm(String option) {
            jvm.add(option);
            return this;
        }

        /** A file in the working directory. */
        public Builder in(String path, String text) {
            files.put(path, text);
            return this;
        }

        public Builder command(String... arguments) {
            command = arguments;
            return this;
        }

        /** What to start, and where, instead of the packaged jar with the JVM of the tests. */
        public Builder line(List<String> instead, Path directory) {
            line = instead;
            where = Optional.of(directory);
            return this;
        }

        /** Words of a shell that stand before the line, such as a variable of bytes that no locale has. */
        public Builder shell(String words) {
            shell = words;
            return this;
        }

        /** Runs a command to its end, which must have this exit code, and answers what it has printed. */
        public String run(int exitCode, String... arguments) throws InterruptedException {
            try (var process = without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").command(arguments).start()) {
                int found = process.exitCode();
                if (found != exitCode) {
                    throw new AssertionError("exit code " + found + ", not " + exitCode + ":\n" + process.output());
                }
                return process.output();
            }
        }

        /** Writes the variables to a file that a shell can read. */
        public void write(Path file) throws IOException {
            Files.createDirectories(file.getParent());
            Files.write(file, variables.entrySet().stream()
                    .map(each -> "export " + each.getKey() + "='" + each.getValue() + "'").toList());
        }

        /** The port that a variable says, or a free one from now on; 0 where the variable is no port. */
        private int port(String variable) {
            String text = variables.computeIfAbsent(variable, none -> Integer.toString(freePort()));
            return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
        }

        public Daemon start() {
            // the same ports again, if it is started again
            int port = port("NXT_HTTP_PORT");
            int managementPort = port("NXT_MANAGEMENT_PORT");
            try {
                Path directory = Files
                        .createTempDirectory(Files.createDirectories(Path.of("target", "daemons")), test() + "-")
                        .toAbsolutePath();
                for (var file : files.entrySet()) {
                    Files.createDirectories(directory.resolve(file.getKey()).getParent());
                    Files.writeString(directory.resolve(file.getKey()), file.getValue());
                }
                Path log = directory.resolve("log");
                var builder = new ProcessBuilder(line()).directory(where.orElse(directory).toFile())
                        .redirectErrorStream(true).redirectOutput(log.toFile());
                builder.environment().keySet()
                        .removeIf(name -> name.startsWith("NXT_") || name.startsWith("JAVA_TOOL"));
                builder.environment().putAll(variables);
                var daemon = new Daemon(builder.start(), log, port, managementPort);
                Runtime.getRuntime().addShutdownHook(new Thread(daemon.process::destroyForcibly));
                return daemon;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Who starts it, so that its log is found by the name of the test. */
        private static String test() {
            return StackWalker.getInstance()
                    .walk(frames -> frames.map(frame -> frame.getClassName().replaceAll("[$].*|.*[.]", ""))
                            .filter(name -> name.matches(".*(IT|Test)")).findFirst())
                    .orElse("daemon");
        }

        private List<String> line() {
            if (!line.isEmpty()) {
                return line;
            }
            var line = new ArrayList<String>();
            if (!shell.isEmpty()) {
                line.addAll(List.of("sh", "-c", shell + " exec \"$@\"", "sh"));
            }
            line.addAll(Daemon.line(jvm));
            line.addAll(List.of(command));
            return line;
        }
    }

    /** A daemon of the sandbox's client on a database, without any pull. */
    public static Builder on(String sandbox, TestDatabase database) {
        return new Builder().with("NXT_CLIENT_ID", "isv_demo").with("NXT_CLIENT_SECRET", "demo+secret%/:1")
                .with("NXT_ISSUER", sandbox).with("NXT_API_URL", sandbox).with("NXT_DATABASE_URL", database.url())
                .with("NXT_DATABASE_USER", database.user());
    }

    /** A daemon of which nothing outside can be reached: neither an issuer, nor the API, nor a database. */
    public static Builder alone() {
        return new Builder().with("NXT_CLIENT_ID", "isv_demo").with("NXT_CLIENT_SECRET", "secret")
                .with("NXT_ISSUER", "http://127.0.0.1:1").with("NXT_API_URL", "http://127.0.0.1:1")
                .with("NXT_DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/none").with("NXT_DATABASE_USER", "none");
    }

    /** What starts the packaged jar with the JVM of the tests and these options of it; where tests are small, at little cost. */
    public static List<String> line(List<String> jvm) {
        var line = new ArrayList<>(List.of(java()));
        if (Boolean.getBoolean("nxt.quick")) {
            line.addAll(ClassArchive.QUICK);
            // an agent that weaves classes and the archive of classes of other loaders bring down a JVM of 17
            line.addAll(
                    jvm.stream().anyMatch(each -> each.startsWith("-javaagent")) ? List.of() : ClassArchive.options());
        }
        line.addAll(jvm);
        line.addAll(List.of("-jar", jar().toString()));
        return line;
    }

    /** The JVM of the tests. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    public static Path jar() {
        return Path.of("target", "quarkus-app", "quarkus-run.jar").toAbsolutePath();
    }

    /**
     * One that is in use by nobody, and that nobody else is given before a daemon takes it: below those that the system gives
     * to connections, and not soon again.
     */
    public static int freePort() {
        while (true) {
            int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
            if (!isInUse(port)) {
                return port;
            }
        }
    }

    /** Whether somebody listens at a port of this machine. */
    public static boolean isInUse(int port) {
        try (var socket = new ServerSocket(port)) {
            return !socket.isBound();
        } catch (IOException e) {
            return true;
        }
    }

    public long pid() {
        return process.pid();
    }

    public Path log() {
        return log;
    }

    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String managementUrl() {
        return "http://127.0.0.1:" + managementPort;
    }

    public String mainUrl() {
        return "http://127.0.0.1:" + port;
    }

    public boolean isRunning() { return process.isAlive(); }

    /** Waits until it is ready after its start. */
    public void awaitReady() {
        await().atMost(Duration.ofSeconds(40)).until(() -> {
            if (!isRunning()) {
                throw new AssertionError("ended instead of being ready:\n" + output());
            }
            return get("/q/health/ready").status() == 200;
        });
    }

    /** Waits for its end. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(90, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after 90 s:\n" + output());
        }
        return process.exitValue();
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public void terminate() {
        process.destroy();
    }

    /** Stands still until {@link #thaw}; when this returns, nothing of the process runs any more. */
    public void freeze() {
        signal("STOP");
        if (Files.isDirectory(proc("task"))) {
            // one thread takes the signal and has the others stop, which takes a while on a busy machine
            await().pollInterval(Duration.ofMillis(5)).until(this::isFrozen);
        }
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isFrozen() throws IOException {
        try (Stream<Path> threads = Files.list(proc("task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("status")).lines()
                        .noneMatch(line -> line.matches("State:\\s+[TtZX].*"))) {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            // a thread has ended meanwhile
            return false;
        }
    }

    /** What the system tells of the process; not there on every system. */
    private Path proc(String file) {
        return Path.of("/proc", Long.toString(pid()), file);
    }

    /** Status and body of a path of the management port; 0 if nothing listens there. */
    public Response get(String path) {
        return get(managementPort, path);
    }

    /** Status and body of a path of the main port. */
    public Response getMain(String path) {
        return get(port, path);
    }

    public record Response(int status, String body) {}

    /** Status and body of an answer of the main port to a request with an operator key. */
    public Response operator(String method, String path, String key) {
        return send(HttpRequest.newBuilder(URI.create(mainUrl() + path)).header("X-Api-Key", key).method(method,
                HttpRequest.BodyPublishers.noBody()));
    }

    /** The sum of a metric over all labels that contain the given text. */
    public double metric(String name, String label) {
        return get("/q/metrics").body().lines().filter(line -> line.startsWith(name) && line.contains(label))
                .filter(line -> line.charAt(name.length()) == '{' || line.charAt(name.length()) == ' ')
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    /** Resident memory in bytes; 0 where the system does not tell. */
    public long residentMemory() {
        try (Stream<String> lines = Files.lines(proc("status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** What it has taken since its start; none where the system does not tell. */
    public Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Ends it; fails if something that it has written is hard to read. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        PlainMessage.refuse(PlainMessage.flaws(output()));
    }

    private static Response get(int port, String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
    }

    private static Response send(HttpRequest.Builder request) {
        try {
            var response = HTTP.send(request.timeout(Duration.ofSeconds(10)).build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.uri().getPath().startsWith("/q/health")
                    || response.headers().firstValue("Content-Type").orElse("").startsWith("application/problem")) {
                PlainMessage.refuse(PlainMessage.flawsIn(response.body()));
            }
            return new Response(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Response(0, "");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
