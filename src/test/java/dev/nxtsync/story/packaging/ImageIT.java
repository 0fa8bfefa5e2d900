package dev.nxtsync.story.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.bench.Starting;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pulls;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Image;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** The image, put together from the lines of the Dockerfile. */
@Tag("packaging")
class ImageIT {
    private static final int COMPANY = 5_280_001;
    private static final double PROMISED = 0.65;

    @TempDir
    static Path directory;
    private static Image image;

    @BeforeAll
    static void assemble() throws Exception {
        var jdk = Image.jdk(25);
        assumeTrue(jdk.isPresent(), "there is no JDK 25 here, so that the image cannot be put together");
        image = Image.assemble(Path.of(""), directory, jdk.get());
        image.protect();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void whatItIsMadeOfIsPinnedAndTheDigestOfItsBaseCanBeAdded() throws IOException {
        assertThat(image.bases()).hasSize(2);
        assertThat(image.bases().get(0)).matches("eclipse-temurin:25\\.\\d+\\.\\d+_\\d+-jre");
        assertThat(image.bases().get(1)).matches("maven:3\\.9\\.\\d+-eclipse-temurin-25");
        assertThat(Files.readAllLines(Path.of("Dockerfile"))).contains("ARG BASE=run-time",
                "FROM " + image.bases().get(0) + " AS run-time", "FROM ${BASE} AS application");
        assertThat(image.user()).isEqualTo("10001");
    }

    @Test
    void itsLabelsNameVersionAndCommit() throws IOException {
        assertThat(image.labels()).containsEntry("org.opencontainers.image.revision", "unknown")
                .containsEntry("org.opencontainers.image.licenses", "Apache-2.0");
        assertThat(Files.readString(Path.of("pom.xml"))).contains(
                "<version>" + image.labels().get("org.opencontainers.image.version") + "</version>\n  <name>nxt-sync");
    }

    @Test
    void itRunsAsAnotherUserFromFilesThatNobodyMayWriteAndWithoutATemporaryDirectory() throws Exception {
        var database = TestDatabase.create();
        List<String> before = files();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ACCOUNTS_TABLE", "generalLedgerAccount")
                        .with("NXT_PULLS_ACCOUNTS_COMPANIES", COMPANY)
                        .line(asItsUser(image.entrypoint("-XX:AOTMode=on", "-Djava.io.tmpdir=/proc")),
                                image.directory())
                        .start()) {
            Pulls.loaded(daemon, database, 1);
            assertThat(Mirror.differences(sandbox, database, COMPANY, "generalLedgerAccount")).isEmpty();
            assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
            daemon.terminate();
            assertThat(daemon.exitCode()).isEqualTo(143);
            assertThat(daemon.output()).doesNotContain("WARN", "ERROR", "warning", "xception");
        }
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void withTheCacheItHasStartedInAtMostTwoThirdsOfTheTime() throws Exception {
        assumeTrue(Size.full(), "a machine that does much else can measure nothing");
        int rounds = 5;
        var with = new ArrayList<Double>();
        var without = new ArrayList<Double>();
        for (int i = 0; i < rounds; i++) {
            without.add(Starting.started(image.entrypoint("-XX:AOTMode=off"), image.directory()));
            with.add(Starting.started(image.entrypoint("-XX:AOTMode=on"), image.directory()));
        }
        double ratio = median(with) / median(without);
        Size.figure("started, without a database: %.2f s with the cache, %.2f s without, ratio %.2f (median of %d)",
                median(with), median(without), ratio, rounds);
        assertThat(ratio).isLessThanOrEqualTo(PROMISED);
        Size.figure("ready, with a database: %.2f s with the cache, %.2f s without",
                Starting.rest(image.entrypoint("-XX:AOTMode=on"), image.directory(), 150).ready(),
                Starting.rest(image.entrypoint("-XX:AOTMode=off"), image.directory(), 150).ready());
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Root may write everything, so that root steps aside. */
    private static List<String> asItsUser(List<String> line) {
        if (!System.getProperty("user.name").equals("root")) {
            return line;
        }
        var all = new ArrayList<>(
                List.of("setpriv", "--reuid=" + image.user(), "--regid=" + image.user(), "--clear-groups"));
        all.addAll(line);
        return all;
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
