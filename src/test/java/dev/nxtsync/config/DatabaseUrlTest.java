package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

class DatabaseUrlTest {
    @ParameterizedTest
    @ValueSource(strings = {"jdbc:postgresql://db.example.com:5432/erp", "jdbc:postgresql://db/erp",
            "jdbc:postgresql:erp", "jdbc:postgresql://a:1,b:2,c/erp?targetServerType=primary", "jdbc:postgresql:///erp",
            "jdbc:postgresql://[::1]:5432/erp",
            "jdbc:postgresql://db/erp%2Fx?sslmode=verify-full&sslrootcert=/etc/ca.pem&user=nxt_sync",
            "jdbc:postgresql://db/erp?sslpasswordcallback=com.example.Callback&ApplicationName=a@b",
            "jdbc:postgresql://db/", "jdbc:postgresql://127.0.0.1:1/none", "jdbc:postgresql:unused"})
    void anAddressIsTakenAsTheDriverWritesIt(String url) {
        assertThat(DatabaseUrl.flaw(url)).isEmpty();
        assertThat(Driver.parseURL(url, null)).isNotNull();
    }

    @Test
    void whatTheDriverCannotReadIsNeverLeftToItSinceItShowsTheWhole() {
        var random = new Random(7);
        String letters = "abz019:/?&=@,;#%[]. ";
        for (int i = 0; i < 20_000; i++) {
            var url = new StringBuilder("jdbc:postgresql://db.example.com:5432/erp?ssl=true");
            for (int j = random.nextInt(4); j >= 0; j--) {
                int at = "jdbc:postgresql:".length() + random.nextInt(url.length() - "jdbc:postgresql:".length());
                char letter = letters.charAt(random.nextInt(letters.length()));
                if (random.nextBoolean()) {
                    url.insert(at, letter);
                } else {
                    url.setCharAt(at, letter);
                }
            }
            if (DatabaseUrl.flaw(url.toString()).isEmpty()) {
                assertThat(Driver.parseURL(url.toString(), null)).as(url.toString()).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:postgresql://db/erp?password=s3cr3t",
            "jdbc:postgresql://db/erp?user=x&password=s3cr3t", "jdbc:postgresql://db/erp?PassWord=s3cr3t",
            "jdbc:postgresql://db/erp?pass%77ord=s3cr3t", "jdbc:postgresql://db/erp?ssl=true&sslpassword=s3cr3t",
            "jdbc:postgresql://db/erp;password=s3cr3t", "jdbc:postgresql:erp?password=s3cr3t",
            "postgresql://db/erp?password=s3cr3t", "jdbc:postgresql://db/erp?pwd=s3cr3t",
            "jdbc:postgresql://db/erp?trustStorePassword=s3cr3t", "jdbc:postgresql://db/erp?x=%zz&password=s3cr3t"})
    void aPasswordInTheAddressIsRefusedWithTheSettingForItAndNotShown(String url) {
        refused(url, "NXT_DATABASE_PASSWORD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:postgresql://nxt:s3cr3t@db:5432/erp", "jdbc:postgresql://nxt:s3cr3t%40db@db/erp",
            "jdbc:postgresql:nxt:s3cr3t@db/erp", "jdbc:postgresql://s3cr3t@db/erp?x=y"})
    void somebodyBeforeTheHostIsRefusedWithTheSettingsForThat(String url) {
        refused(url, "NXT_DATABASE_USER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:postgresql://db:s3cr3t/erp", "jdbc:postgresql://db /erp s3cr3t",
            "jdbc:mysql://db/s3cr3t", "jdbc:postgresql://db:5432:s3cr3t/erp", "s3cr3t", "postgres://nxt:s3cr3t@db/erp",
            "jdbc:postgresql://db/erp/s3cr3t", "jdbc:postgresql://db:99999/s3cr3t", "jdbc:postgresql://db/s3cr3t%zz",
            "jdbc:postgresql://db?ApplicationName=s3cr3t"})
    void anAddressThatCannotBeReadIsNotShownBeyondItsHost(String url) {
        refused(url, "jdbc:postgresql://db.example.com:5432/erp");
        assertThat(DatabaseUrl.flaw("jdbc:postgresql://db.internal:s3cr3t/erp").orElseThrow())
                .contains("its host is db.internal");
    }

    @Test
    void theDaemonListsItAmongItsProblems() {
        var reading = SettingsReader.read(Map.of("NXT_CLIENT_ID", "i", "NXT_CLIENT_SECRET", "s", "NXT_DATABASE_URL",
                "jdbc:postgresql://db/erp?password=s3cr3t"), new Properties(), Path.of("none"));
        assertThat(reading.problems()).extracting(SettingError::setting).containsExactly("NXT_DATABASE_URL");
    }

    private static void refused(String url, String instead) {
        assertThat(DatabaseUrl.flaw(url).orElseThrow()).contains(instead).doesNotContain("s3cr3t");
    }
}
