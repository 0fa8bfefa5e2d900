package dev.nxtsync.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A real browser without a window, if one is installed here. */
public final class Browser {
    private Browser() {}

    public static boolean isHere() { return binary().isPresent() && onPath("chromedriver").isPresent(); }

    private static Optional<Path> binary() {
        return Stream.of("chromium", "chromium-browser", "google-chrome").flatMap(name -> onPath(name).stream())
                .findFirst();
    }

    private static Optional<Path> onPath(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator, -1))
                .map(directory -> Path.of(directory, name)).filter(Files::isExecutable).findFirst();
    }

    /** With an empty profile; it asks nobody but the pages that it is told to open. */
    public static ChromeDriver open() {
        try {
            Path profile = Files.createTempDirectory(Files.createDirectories(Path.of("target", "browser")), "profile")
                    .toAbsolutePath();
            var options = new ChromeOptions();
            options.setBinary(binary().orElseThrow().toString());
            options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                    "--disable-sync", "--user-data-dir=" + profile);
            var service = new ChromeDriverService.Builder()
                    .usingDriverExecutable(onPath("chromedriver").orElseThrow().toFile()).build();
            return new ChromeDriver(service, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
