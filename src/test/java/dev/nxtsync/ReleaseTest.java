package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.support.Clone;

/** Whoever makes a release has a script that refuses what is not ready, and a dry run that changes nothing. */
class ReleaseTest {
    private static final String IMAGE = "registry.example.com/team/nxt-sync";

    @TempDir
    static Path directory;
    private static Path clone;
    private static Path programs;

    /** What a run of the script came to. */
    private record Outcome(int exit, String output) {}

    @BeforeAll
    static void aCloneInWhichTheNextVersionIsInTheChangelog() throws Exception {
        programs = Files.createDirectories(directory.resolve("programs"));
        clone = Clone.into(directory.resolve("clone"));
        // nothing is built here
        program(clone.resolve("mvnw"), "mkdir -p target && echo '{}' > target/bom.json");
        Files.writeString(clone.resolve("CHANGELOG.md"), """
                # Changelog

                ## 9.8.7 - 2026-12-01

                - Something new.

                ## 9.8.6 - 2026-11-01
                """);
        Clone.history(clone);
        Clone.run(clone, "git", "branch", "begin");
    }

    @BeforeEach
    void nothingHasBeenReleased() throws Exception {
        Clone.run(clone, "git", "reset", "-q", "--hard", "begin");
        Clone.run(clone, "git", "update-ref", "-d", "refs/tags/v9.8.7");
        Files.deleteIfExists(directory.resolve("docker"));
        program(programs.resolve("docker"), "echo docker \"$@\" >> " + directory.resolve("docker"));
    }

    @Test
    void aDryRunChecksAndPrintsEachStepAndChangesNothing() throws Exception {
        String before = state();
        var outcome = release("--dry-run", "9.8.7", IMAGE);
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        assertThat(outcome.output().lines().filter(line -> line.startsWith("+ ")).map(line -> line.split(" ", -1)[1]))
                .containsExactly("set_version", "./mvnw", "git", "git", "docker", "keep_bill_of_materials");
        assertThat(outcome.output()).contains("- Something new.").doesNotContain("9.8.6")
                .contains("--build-arg COMMIT=" + before.substring(0, 40)).contains("--tag " + IMAGE + ":9.8.7");
        assertThat(state()).isEqualTo(before);
        assertThat(directory.resolve("docker")).content().isEqualTo("docker buildx version\n");
    }

    @Test
    void aReleaseHasItsVersionEverywhereItsTagItsImageOfBothProcessorsAndItsBillOfMaterials() throws Exception {
        var outcome = release("9.8.7", IMAGE);
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        for (String file : List.of("pom.xml", "Dockerfile", "k8s/base/deployment.yaml", "docs/kubernetes.md")) {
            assertThat(clone.resolve(file)).content().as(file).contains("9.8.7");
        }
        assertThat(Clone.run(clone, "git", "grep", "-lE", "nxt-sync:[0-9]+\\.[0-9]+\\.[0-9]+").lines())
                .as("every file with a tag of the image").allSatisfy(file -> assertThat(clone.resolve(file)).content()
                        .doesNotContainPattern("nxt-sync:(?!9\\.8\\.7)[0-9]+\\.[0-9]+\\.[0-9]+"));
        assertThat(Clone.run(clone, "git", "status", "--porcelain")).isEmpty();
        assertThat(Clone.run(clone, "git", "log", "-1", "--format=%s")).isEqualTo("Version 9.8.7\n");
        assertThat(Clone.run(clone, "git", "for-each-ref", "--format=%(contents)", "refs/tags/v9.8.7"))
                .contains("nxt-sync 9.8.7", "- Something new.");
        String commit = Clone.run(clone, "git", "rev-parse", "v9.8.7^{commit}").strip();
        assertThat(directory.resolve("docker")).content().contains("--platform linux/amd64,linux/arm64",
                "--build-arg COMMIT=" + commit, "--sbom=true", "--tag " + IMAGE + ":9.8.7 --push .");
        assertThat(clone.resolve("target/release/nxt-sync-9.8.7-bom.json")).exists();
    }

    @Test
    void whatIsNotReadyIsRefusedBeforeAnythingIsDone() throws Exception {
        String before = state();
        isRefused("CHANGELOG.md has no line like \"## 9.9.0 - ", "9.9.0", IMAGE);
        isRefused("CHANGELOG.md says nothing of 9.8.6.", "9.8.6", IMAGE);
        isRefused("1.0 is not a version such as 0.2.0.", "1.0", IMAGE);
        isRefused(IMAGE + ":1 is not the name of an image without a tag.", "9.8.7", IMAGE + ":1");
        isRefused("usage: .ci/release [--dry-run] VERSION IMAGE", "9.8.7");
        assertThat(state()).isEqualTo(before);

        Files.writeString(clone.resolve("README.md"), "changed");
        isRefused("The tree has changes that are not committed.", "9.8.7", IMAGE);
        Clone.run(clone, "git", "checkout", "-q", "README.md");

        Clone.run(clone, "git", "tag", "v9.8.7");
        isRefused("The tag v9.8.7 exists already.", "9.8.7", IMAGE);
        Clone.run(clone, "git", "tag", "-d", "v9.8.7");

        program(programs.resolve("docker"), "exit 1");
        isRefused("docker buildx is not here.", "9.8.7", IMAGE);
        assertThat(release("--dry-run", "9.8.7", IMAGE).output()).contains("only a dry run is possible");
        assertThat(state()).isEqualTo(before);
    }

    private void isRefused(String why, String... arguments) throws Exception {
        var outcome = release(arguments);
        assertThat(outcome.output()).contains("release: " + why).doesNotContain("+ ");
        assertThat(outcome.exit()).isEqualTo(2);
    }

    /** Commit, tags and what is not committed. */
    private String state() throws Exception {
        return Clone.run(clone, "git", "rev-parse", "HEAD") + Clone.run(clone, "git", "tag")
                + Clone.run(clone, "git", "status", "--porcelain", "--ignored");
    }

    private Outcome release(String... arguments) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(clone.resolve(".ci/release").toString()));
        line.addAll(List.of(arguments));
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
        var process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private static void program(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
