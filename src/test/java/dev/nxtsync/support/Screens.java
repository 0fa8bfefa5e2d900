package dev.nxtsync.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;

/** The page that a browser shows, as people see it: on a telephone and on a desk, by day and by night, or read aloud. */
public final class Screens {
    private static final Path DIRECTORY = Path.of("target", "screens");
    private static final List<Integer> WIDTHS = List.of(360, 1280);
    private static final String AXE = axe();
    private static final String FLAWS = """
            const done = arguments[arguments.length - 1];
            axe.run().then(result => done(result.violations.concat(result.incomplete).map(each =>
                each.id + ": " + each.help + " at " + each.nodes.map(node => node.html).join(", "))),
                fault => done(["" + fault]));
            """;

    private Screens() {}

    /**
     * Keeps its pictures in target/screens, also one without styles, and says what is wrong with it: what axe finds, or a page
     * that is wider than the screen. The page has lost its styles afterwards.
     */
    @SuppressWarnings("unchecked")
    public static List<String> flaws(ChromeDriver browser, String name) {
        var flaws = new ArrayList<String>();
        for (String scheme : List.of("light", "dark")) {
            browser.executeCdpCommand("Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
            for (int width : WIDTHS) {
                browser.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                        Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
                keep(browser, name + "-" + width + "-" + scheme);
                browser.executeScript(AXE);
                flaws.addAll((List<String>) browser.executeAsyncScript(FLAWS));
                if (browser.executeScript("return document.documentElement.scrollWidth") instanceof Long wide
                        && wide > width) {
                    flaws.add("at a width of " + width + " it is " + wide + " wide");
                }
            }
        }
        browser.executeScript("document.querySelectorAll('style').forEach(each => each.remove())");
        keep(browser, name + "-plain");
        return flaws;
    }

    private static void keep(ChromeDriver browser, String name) {
        try {
            Files.createDirectories(DIRECTORY);
            Files.write(DIRECTORY.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String axe() {
        try (InputStream script = Screens.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
