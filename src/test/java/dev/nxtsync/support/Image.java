package dev.nxtsync.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * The files of an image, put together as the lines of a Dockerfile say, without a container engine: those instructions that
 * ours uses, on a JDK of this machine in place of the base image, from the files that .dockerignore lets an engine see.
 */
public final class Image {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> DESCRIPTIVE = Set.of("EXPOSE");

    private final Path context;
    private final List<Path> seen;
    private final Path into;
    private final Path javaHome;
    private final Shell shell;
    private final Map<String, Stage> stages = new HashMap<>();
    /** What is taken for arguments that nobody gives. */
    private final Map<String, String> arguments = new TreeMap<>();
    private final Map<String, String> labels = new TreeMap<>();
    private Stage current;
    private final List<String> bases = new ArrayList<>();
    private String user = "";
    private List<String> entrypoint = List.of();

    /** What carries out a line for the shell, in the directory of its stage. */
    @FunctionalInterface
    public interface Shell {
        void run(String line, Path directory) throws IOException, InterruptedException;

        /** In place of the line that builds the jars: it has been carried out in the context already. */
        static Shell built(Path context) {
            return (line, directory) -> {
                Path target = Files.createDirectories(directory.resolve("target"));
                for (String each : List.of("quarkus-app", "bom.json", "nxt-sync-sandbox.jar")) {
                    Tree.copy(context.resolve("target").resolve(each), target.resolve(each));
                }
            };
        }
    }

    /** What a stage's lines have made so far. */
    private record Stage(String name, Path root, String directory) {
        Path resolve(String path) {
            return path.startsWith("/")
                    ? root.resolve(path.substring(1))
                    : root.resolve(directory.substring(1)).resolve(path);
        }
    }

    private Image(Path context, Path into, Path javaHome, Shell shell) throws IOException {
        this.context = context;
        this.seen = Files.readAllLines(context.resolve(".dockerignore")).stream().filter(line -> line.startsWith("!"))
                .map(line -> Path.of(line.substring(1))).toList();
        this.into = into;
        this.javaHome = javaHome;
        this.shell = shell;
        this.current = new Stage("none", into, "/");
    }

    /**
     * Assembles the last stage.
     *
     * @param context where the Dockerfile is, and what it has built already
     * @param into an empty directory
     * @param javaHome the JDK that takes the place of the base image's
     */
    public static Image assemble(Path context, Path into, Path javaHome) throws IOException, InterruptedException {
        return assemble(context, "Dockerfile", into, javaHome);
    }

    /** The same by the lines of a Dockerfile of another name. */
    public static Image assemble(Path context, String dockerfile, Path into, Path javaHome)
            throws IOException, InterruptedException {
        var image = new Image(context, into, javaHome, Shell.built(context));
        image.carryOut(Files.readAllLines(context.resolve(dockerfile)));
        return image;
    }

    /** Carries out the lines up to the end of the stage that builds the jars, and returns the stage's directory. */
    public static Path build(Path context, Path into, Path javaHome, Shell shell)
            throws IOException, InterruptedException {
        var image = new Image(context, into, javaHome, shell);
        List<String> lines = Files.readAllLines(context.resolve("Dockerfile"));
        int begin = IntStream.range(0, lines.size()).filter(i -> lines.get(i).endsWith(" AS build")).findFirst()
                .orElseThrow();
        int end = IntStream.range(begin + 1, lines.size()).filter(i -> lines.get(i).startsWith("FROM ")).findFirst()
                .orElseThrow();
        image.carryOut(lines.subList(0, end));
        return image.directory();
    }

    /** A JDK of this machine of that version: of {@code JAVA<version>_HOME}, this one, or one that lies beside it. */
    public static Optional<Path> jdk(int version) throws IOException {
        Path own = Path.of(System.getProperty("java.home")).toRealPath();
        var candidates = new ArrayList<Path>();
        Optional.ofNullable(System.getenv("JAVA" + version + "_HOME")).map(Path::of).ifPresent(candidates::add);
        candidates.add(own);
        try (Stream<Path> siblings = Files.list(own.getParent())) {
            candidates.addAll(siblings.sorted().toList());
        }
        for (Path each : candidates) {
            if (Files.isExecutable(each.resolve("bin/java")) && Files.isReadable(each.resolve("release"))
                    && Files.readString(each.resolve("release")).contains("JAVA_VERSION=\"" + version)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The images that stages begin with, in the order of these. */
    public List<String> bases() {
        return bases;
    }

    /** What it says of itself where nobody gives an argument. */
    public Map<String, String> labels() {
        return labels;
    }

    /** Who runs it. */
    public String user() {
        return user;
    }

    /** Where it runs. */
    public Path directory() {
        return current.resolve("");
    }

    /** What it runs, with the JDK of this machine and these options of the JVM before the others. */
    public List<String> entrypoint(String... options) {
        var line = new ArrayList<>(entrypoint);
        line.set(0, javaHome.resolve("bin").resolve(entrypoint.get(0)).toString());
        line.addAll(1, List.of(options));
        return line;
    }

    /** The bytes that a layer takes, unpacked. */
    public long size(String... paths) throws IOException {
        long bytes = 0;
        for (String path : paths) {
            try (Stream<Path> files = Files.walk(current.resolve(path))) {
                bytes += files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
            }
        }
        return bytes;
    }

    private void carryOut(List<String> lines) throws IOException, InterruptedException {
        for (String line : lines) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int blank = line.indexOf(' ');
                carryOut(line.substring(0, blank), line.substring(blank + 1).strip());
            }
        }
    }

    private void carryOut(String instruction, String rest) throws IOException, InterruptedException {
        switch (instruction) {
            case "ARG" -> arguments.put(rest.split("=", 2)[0], rest.split("=", 2)[1]);
            case "LABEL" ->
                labels.put(rest.split("=", 2)[0], JSON.readValue(resolved(rest.split("=", 2)[1]), String.class));
            case "FROM" -> from(rest.replaceFirst("^--platform=\\S+ ", "").split("\\s+", -1));
            case "WORKDIR" -> {
                become(new Stage(current.name(), current.root(), rest));
                Files.createDirectories(current.resolve(""));
            }
            case "COPY" -> copy(new ArrayList<>(List.of(rest.split("\\s+", -1))));
            case "RUN" -> {
                if (rest.startsWith("[")) {
                    run(List.of(JSON.readValue(rest, String[].class)));
                } else {
                    shell.run(resolved(rest), directory());
                }
            }
            case "USER" -> user = rest;
            case "ENTRYPOINT" -> entrypoint = List.of(JSON.readValue(rest, String[].class));
            default -> {
                if (!DESCRIPTIVE.contains(instruction)) {
                    throw new IllegalArgumentException("not known here: " + instruction);
                }
            }
        }
    }

    /** Without those variables that are the engine's own. */
    private String resolved(String text) {
        String known = text;
        for (var each : arguments.entrySet()) {
            known = known.replace("${" + each.getKey() + "}", each.getValue()).replace("$" + each.getKey(),
                    each.getValue());
        }
        return known;
    }

    /** A stage begins with all that another one has, or with nothing of ours. */
    private void from(String... words) throws IOException {
        String origin = resolved(words[0]);
        var parent = stages.get(origin);
        String name = words.length == 3 ? words[2] : "image";
        var stage = new Stage(name, into.resolve(name), parent == null ? "/" : parent.directory());
        Files.createDirectories(stage.root());
        if (parent == null) {
            bases.add(origin);
        } else {
            // with the times of files, which the cache looks at
            Tree.copy(parent.root(), stage.root());
        }
        become(stage);
    }

    private void become(Stage stage) {
        stages.put(stage.name(), stage);
        current = stage;
    }

    private void copy(List<String> words) throws IOException {
        Path source = context;
        if (words.get(0).startsWith("--from=")) {
            source = stages.get(words.remove(0).substring("--from=".length())).root();
        }
        String target = words.remove(words.size() - 1);
        for (String word : words) {
            if (source.equals(context) && seen.stream().noneMatch(Path.of(word)::startsWith)) {
                throw new IOException(".dockerignore keeps " + word + " from the engine");
            }
            for (Path each : matching(source, word)) {
                if (Files.isDirectory(each)) {
                    Tree.copy(each, current.resolve(target));
                } else {
                    Path file = current.resolve(target.endsWith("/") ? target + each.getFileName() : target);
                    Files.createDirectories(file.getParent());
                    Files.copy(each, file, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** As the engine, which refuses a name that nothing has. */
    private static List<Path> matching(Path source, String word) throws IOException {
        Path path = source.resolve(word.startsWith("/") ? word.substring(1) : word).normalize();
        if (Files.exists(path)) {
            return List.of(path);
        }
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + path.getFileName());
        try (Stream<Path> files = Files.list(path.getParent())) {
            List<Path> found = files.filter(each -> matcher.matches(each.getFileName())).toList();
            if (found.isEmpty()) {
                throw new IOException("there is no " + path);
            }
            return found;
        }
    }

    private void run(List<String> line) throws IOException, InterruptedException {
        var absolute = new ArrayList<>(line);
        absolute.set(0, current.resolve(line.get(0)).normalize().toString());
        var builder = new ProcessBuilder(absolute).directory(current.resolve("").toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("NXT_") || name.startsWith("JAVA_TOOL"));
        builder.environment().put("PATH", javaHome.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().put("NXT_HTTP_PORT", Integer.toString(Daemon.freePort()));
        builder.environment().put("NXT_MANAGEMENT_PORT", Integer.toString(Daemon.freePort()));
        var process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(line + " ended with " + process.exitValue() + ":\n" + output);
        }
    }

    /** Makes it readable for everybody and writable for nobody. */
    public void protect() throws IOException {
        try (Stream<Path> files = Files.walk(into)) {
            for (Path each : files.toList()) {
                var permissions = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.GROUP_READ,
                        PosixFilePermission.OTHERS_READ);
                if (Files.isDirectory(each)) {
                    permissions.addAll(EnumSet.of(PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.GROUP_EXECUTE,
                            PosixFilePermission.OTHERS_EXECUTE));
                }
                Files.setPosixFilePermissions(each, permissions);
            }
        }
    }
}
