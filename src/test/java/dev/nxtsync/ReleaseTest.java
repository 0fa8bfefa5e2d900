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
import dev.nxtsync.support.Tree;

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
        program(clone.resolve("mvnw"), """
                [ ! -e %1$s/untidy ] || echo >> README.md
                [ ! -e %1$s/red ] && mkdir -p target && echo '{}' > target/bom.json""".formatted(directory));
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
        Clone.run(clone, "git", "checkout", "-q", "main");
        Clone.run(clone, "git", "reset", "-q", "--hard", "begin");
        Clone.run(clone, "git", "update-ref", "-d", "refs/tags/v9.8.7");
        Files.deleteIfExists(directory.resolve("docker"));
        builder("docker-container", "linux/amd64*, linux/arm64, linux/386");
    }

    @Test
    void aDryRunChecksAndPrintsEachStepAndChangesNothing() throws Exception {
        String before = state();
        var outcome = release("--dry-run", "9.8.7", IMAGE);
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        assertThat(outcome.output().lines().filter(line -> line.startsWith("+ ")).map(line -> line.split(" ", -1)[1]))
                .containsExactly("set_version", "env", "git", "keep_bill_of_materials", "docker", "git");
        assertThat(outcome.output()).contains("- Something new.").doesNotContain("9.8.6")
                .contains("--build-arg COMMIT=" + before.substring(0, 40)).contains("--tag " + IMAGE + ":9.8.7");
        assertThat(state()).isEqualTo(before);
        assertThat(directory.resolve("docker")).content().isEqualTo("docker buildx inspect --bootstrap\n");
    }

    @Test
    void aReleaseHasItsVersionEverywhereItsTagItsImageOfBothProcessorsAndItsBillOfMaterials() throws Exception {
        var outcome = release("9.8.7", IMAGE);
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        for (String file : List.of("pom.xml", "Dockerfile", "Dockerfile.sandbox", "k8s/base/deployment.yaml",
                "docs/kubernetes.md")) {
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
    void aReleaseWhoseImageWasNotPushedIsRunAgainAndHasItsTagOnlyThen() throws Exception {
        Path full = Files.createFile(directory.resolve("full"));
        var first = release("9.8.7", IMAGE);
        assertThat(first.exit()).as(first.output()).isEqualTo(2);
        assertThat(first.output()).contains("release: The image is not pushed, so that there is no tag yet.");
        assertThat(Clone.run(clone, "git", "tag")).isEmpty();

        Files.delete(full);
        var second = release("9.8.7", IMAGE);
        assertThat(second.exit()).as(second.output()).isZero();
        assertThat(Clone.run(clone, "git", "rev-parse", "v9.8.7^{commit}"))
                .isEqualTo(Clone.run(clone, "git", "rev-parse", "main"));
        assertThat(Clone.run(clone, "git", "rev-list", "--count", "begin..main")).as("commits").isEqualTo("1\n");
    }

    @Test
    void aReleaseWhoseTestsFailLeavesTheTreeAsItWas() throws Exception {
        String before = state();
        Path red = Files.createFile(directory.resolve("red"));
        var outcome = release("9.8.7", IMAGE);
        Files.delete(red);
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.output()).contains("+ env CI=true ./mvnw clean verify",
                "This was not committed. The version is put back.");
        assertThat(state()).isEqualTo(before);
        assertThat(release("9.8.7", IMAGE).exit()).isZero();
    }

    @Test
    void whatTheTestsHaveChangedIsNeitherCommittedNorReleased() throws Exception {
        Path untidy = Files.createFile(directory.resolve("untidy"));
        var outcome = release("9.8.7", IMAGE);
        Files.delete(untidy);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.output()).contains("release: The tree has changes that are not committed.")
                .doesNotContain("+ docker");
        assertThat(Clone.run(clone, "git", "diff", "--name-only", "begin", "main")).doesNotContain("README.md");
    }

    @Test
    void aBuilderThatCannotMakeTheImageIsRefused() throws Exception {
        builder("docker", "linux/amd64, linux/arm64");
        isRefused("The builder in use has the driver docker. Make one: docker buildx create", "9.8.7", IMAGE);
        assertThat(release("--dry-run", "9.8.7", IMAGE).output()).contains("So only a dry run is possible.");
        builder("docker-container", "linux/amd64, linux/arm64/v8x");
        isRefused("The builder in use has not linux/arm64.", "9.8.7", IMAGE);
        builder("docker-container", "linux/arm64");
        isRefused("The builder in use has not linux/amd64.", "9.8.7", IMAGE);
        program(programs.resolve("docker"), "exit 1");
        isRefused("docker buildx is not here, or its builder does not start.", "9.8.7", IMAGE);
        assertThat(release("--dry-run", "9.8.7", IMAGE).exit()).isZero();
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

        Clone.run(clone, "git", "tag", "v9.10.0");
        isRefused("9.8.7 is older than v9.10.0.", "9.8.7", IMAGE);
        Clone.run(clone, "git", "tag", "-d", "v9.10.0");

        Clone.run(clone, "git", "checkout", "-q", "-b", "other");
        isRefused("This is other. A release is made on main.", "9.8.7", IMAGE);
        Clone.run(clone, "git", "checkout", "-q", "--detach");
        isRefused("This is no branch.", "9.8.7", IMAGE);
        Clone.run(clone, "git", "branch", "-D", "other");
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void filesWithoutTheirHistoryAreRefused(@TempDir Path elsewhere) throws Exception {
        Tree.copy(clone.resolve("CHANGELOG.md"), elsewhere.resolve("CHANGELOG.md"));
        Path script = Files.createDirectories(elsewhere.resolve(".ci")).resolve("release");
        Tree.copy(clone.resolve(".ci/release"), script);
        var outcome = run(script, "9.8.7", IMAGE);
        assertThat(outcome.output()).contains("release: git does not know this tree.");
        assertThat(outcome.exit()).isEqualTo(2);
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

    private static Outcome release(String... arguments) throws IOException, InterruptedException {
        return run(clone.resolve(".ci/release"), arguments);
    }

    private static Outcome run(Path script, String... arguments) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(script.toString()));
        line.addAll(List.of(arguments));
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
        var process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    /** Docker with this one builder, which fails to push while there is a file with the name "full". */
    private static void builder(String driver, String platforms) throws IOException {
        program(programs.resolve("docker"), """
                echo docker "$@" >> %1$s/docker
                case "$2" in
                inspect) printf 'Name:   nxt-sync\\nDriver: %2$s\\n\\nNodes:\\nPlatforms: %3$s\\n' ;;
                build) [ ! -e %1$s/full ] ;;
                esac""".formatted(directory, driver, platforms));
    }

    private static void program(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
