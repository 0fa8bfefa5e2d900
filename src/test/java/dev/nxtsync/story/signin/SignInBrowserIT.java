package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Browser;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Screens;
import dev.nxtsync.support.TestDatabase;

@Tag("signin")
class SignInBrowserIT {

    private static ChromeDriver browser;

    @BeforeAll
    static void aBrowserIsHere() {
        if (!Browser.isHere()) {
            System.out
                    .println("[skipped] no Chromium with its driver is here, so that no sign-in is done in a browser");
        }
        assumeTrue(Browser.isHere(), "no Chromium with its driver is installed");
        browser = Browser.open();
    }

    @AfterAll
    static void closeIt() {
        if (browser != null) {
            browser.quit();
        }
    }

    /** Visma Connect is another site than the daemon, as it is in life: a name against an address. */
    @ParameterizedTest
    @ValueSource(strings = {"query", "form_post"})
    void aPersonSignsInWithARealBrowserInWhicheverWayItComesBack(String mode) {
        var database = TestDatabase.migrated();
        int port = Daemon.freePort();
        try (var sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)));
                var daemon = SignIns.daemon(sandbox, database).with("NXT_HTTP_PORT", port)
                        .with("NXT_PUBLIC_URL", "http://localhost:" + port).with("NXT_RESPONSE_MODE", mode).start()) {
            daemon.awaitReady();
            // of a daemon at another port of this host
            browser.manage().deleteAllCookies();
            String link = SignIns.link(daemon);
            browser.get(link);
            assertThat(browser.getTitle()).isEqualTo("Visma Connect (sandbox)");
            assertThat(Screens.flaws(browser, "start")).isEmpty();
            browser.findElement(By.id("person")).sendKeys("kari");
            browser.findElement(By.id("tenant")).sendKeys("fjord");
            browser.findElement(By.id("allow")).click();
            await().atMost(Duration.ofSeconds(30)).until(() -> browser.getTitle().contains("nxt-sync"));
            assertThat(browser.findElement(By.tagName("h1")).getText()).as(browser.getPageSource())
                    .isEqualTo("You are signed in");
            assertThat(browser.getCurrentUrl()).isEqualTo("http://localhost:" + port + "/connections/main/signed-in");
            assertThat(browser.findElement(By.tagName("body")).getText()).contains("Kari Nordmann")
                    .contains("pull orders");
            assertThat(browser.findElement(By.tagName("dt")).getCssValue("font-weight"))
                    .as("the policy lets the page's own style through").isEqualTo("600");
            assertThat(browser.manage().getCookieNamed("nxt-sign-in").isHttpOnly()).isTrue();
            assertThat(Screens.flaws(browser, "signed-in")).isEmpty();
            browser.navigate().refresh();
            assertThat(browser.findElement(By.tagName("h1")).getText()).isEqualTo("You are signed in");
            browser.get(link);
            assertThat(browser.findElement(By.tagName("h1")).getText()).isEqualTo("This link is not good");
            assertThat(Screens.flaws(browser, "expired")).isEmpty();
            browser.get("data:text/html,<iframe src='http://localhost:" + port
                    + "/connections/main/signed-in' style='width:500px;height:500px'></iframe>");
            browser.switchTo().frame(0);
            assertThat(browser.findElement(By.tagName("body")).getText()).as("nobody frames it").doesNotContain("Kari");
            browser.switchTo().defaultContent();
            browser.get(SignIns.link(daemon));
            browser.findElement(By.id("deny")).click();
            await().atMost(Duration.ofSeconds(30)).until(() -> browser.getTitle().contains("nxt-sync"));
            assertThat(browser.findElement(By.tagName("main")).getText()).contains("access_denied");
            assertThat(Screens.flaws(browser, "refused")).isEmpty();
            SignIns.awaitRows(database, sandbox);
        }
    }
}
