package dev.nxtsync.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Secret;
import dev.nxtsync.support.Listening;
import dev.nxtsync.support.TestDatabase;

class EncryptionKeysTest {
    private static final String OLD = "vG2xVcjVHY1pPvxFWkMIW0dIyJqGXTqvWRSpIDhqLSE=";
    private static final String NEW = "2Y4r4yYh1R1J2cWZ1cM8Wy1F1mJq8VYw8Yw3sKx0s1E=";

    private final TestDatabase database = TestDatabase.create();
    private final StoredSecrets store = new StoredSecrets(database);
    private String old = "";
    private String newer = "";

    @BeforeEach
    void signedInUnderTheOldKey() throws Exception {
        var encryption = vault(OLD);
        old = encryption.keyIds().get(0);
        newer = vault(NEW).keyIds().get(0);
        for (String connection : List.of("main", "gone")) {
            store.signedIn(connection,
                    encryption.encrypt("refresh of " + connection, GrantTokens.place(connection, "refresh")),
                    encryption.encrypt("access", GrantTokens.place(connection, "access")), Duration.ofHours(1));
        }
        store.begun("main", encryption.encrypt("nonce verifier", SignIn.place("main")));
    }

    @Test
    void everythingStoredIsEncryptedWithTheNewestKeyAndSaysTheSame() throws Exception {
        var both = keys(NEW + "," + OLD);
        assertThat(both.needs()).containsExactly(new EncryptionKeys.Need(newer, OptionalInt.of(1), List.of()),
                new EncryptionKeys.Need(old, OptionalInt.of(2), List.of("gone", "main")));
        both.renewAll();
        assertThat(both.needs()).containsExactly(
                new EncryptionKeys.Need(newer, OptionalInt.of(1), List.of("gone", "main")),
                new EncryptionKeys.Need(old, OptionalInt.of(2), List.of()));
        var alone = vault(NEW);
        for (String connection : List.of("main", "gone")) {
            assertThat(alone.decrypt(
                    database.value(
                            "select refresh_token from nxt_sync.user_grant where connection = '" + connection + "'"),
                    GrantTokens.place(connection, "refresh"))).isEqualTo("refresh of " + connection);
        }
        assertThat(alone.decrypt(database.value("select challenge from nxt_sync.sign_in"), SignIn.place("main")))
                .isEqualTo("nonce verifier");
        String before = database.value("select string_agg(refresh_token, ' ') from nxt_sync.user_grant");
        both.renewAll();
        assertThat(database.value("select string_agg(refresh_token, ' ') from nxt_sync.user_grant"))
                .as("nothing is written where nothing is to do").isEqualTo(before);
    }

    @Test
    void whatNoKeyReadsStaysAsItIsAndKeepsNothingElseFromIt() throws Exception {
        database.execute("update nxt_sync.user_grant set refresh_token = '00000000.AAAA' where connection = 'gone'");
        var both = keys(NEW + "," + OLD);
        both.renewAll();
        assertThat(database.value("select refresh_token from nxt_sync.user_grant where connection = 'gone'"))
                .isEqualTo("00000000.AAAA");
        assertThat(both.needs()).containsExactly(
                new EncryptionKeys.Need(newer, OptionalInt.of(1), List.of("gone", "main")),
                new EncryptionKeys.Need(old, OptionalInt.of(2), List.of()),
                new EncryptionKeys.Need("00000000", OptionalInt.empty(), List.of("gone")));
    }

    @Test
    void whatTheLogHearsTellsTokensFromSignInsThatWereOnlyBegun() throws Exception {
        keys(NEW + "," + OLD).renewAll();
        database.execute("update nxt_sync.sign_in set challenge = '"
                + vault(OLD).encrypt("nonce verifier", SignIn.place("main")) + "'");
        try (var told = Listening.to(EncryptionKeys.class)) {
            assertThat(keys(NEW).renewAll()).isTrue();
            assertThat(told.heard()).singleElement().asString().contains("that were begun", "main")
                    .doesNotContain("stay as they are");
            told.heard().clear();
            database.execute("delete from nxt_sync.sign_in");
            database.execute(
                    "update nxt_sync.user_grant set refresh_token = '00000000.AAAA' where connection = 'gone'");
            keys(NEW).renewAll();
            assertThat(told.heard()).singleElement().asString().contains("stay as they are", "gone")
                    .doesNotContain("that were begun");
        }
    }

    @Test
    void aTextThatSomebodyElseHasPutThereMeanwhileIsNeverOverwrittenWithAnOlderOne() throws Exception {
        var texts = store.ciphertexts();
        var before = texts.all();
        var other = vault(OLD);
        String next = other.encrypt("the next one", GrantTokens.place("main", "refresh"));
        store.signedIn("main", next, other.encrypt("access", GrantTokens.place("main", "access")), Duration.ofHours(1));
        for (var each : before) {
            assertThat(texts.replace(each, "older")).as("%s", each).isEqualTo(
                    !each.connection().equals("main") || each.kind() == Ciphertexts.CiphertextKind.CHALLENGE);
        }
        assertThat(database.value("select refresh_token from nxt_sync.user_grant where connection = 'main'"))
                .isEqualTo(next);
    }

    @Test
    void whoeverHasTheOldKeyOnlyChangesNothingAndWhoeverComesLaterWithBothDoesTheRest() throws Exception {
        assertThat(keys(NEW + "," + OLD).renewAll()).isTrue();
        String renewed = database.value("select string_agg(refresh_token, ' ') from nxt_sync.user_grant");
        keys(OLD).renewAll();
        assertThat(database.value("select string_agg(refresh_token, ' ') from nxt_sync.user_grant")).isEqualTo(renewed);
        var other = vault(OLD);
        store.signedIn("side", other.encrypt("r", GrantTokens.place("side", "refresh")),
                other.encrypt("a", GrantTokens.place("side", "access")), Duration.ofHours(1));
        var both = keys(NEW + "," + OLD);
        assertThat(both.needs().get(1).connections()).containsExactly("side");
        both.renewAll();
        assertThat(both.needs().get(1).connections()).isEmpty();
    }

    @Test
    void aSignInThatIsOverNeedsNoKey() throws Exception {
        database.execute("update nxt_sync.sign_in set begun_at = clock_timestamp() - interval '11 minutes'");
        database.execute("delete from nxt_sync.user_grant");
        assertThat(keys(NEW).needs()).containsExactly(new EncryptionKeys.Need(newer, OptionalInt.of(1), List.of()));
    }

    private EncryptionKeys keys(String list) {
        return new EncryptionKeys(vault(list), store.ciphertexts());
    }

    private static TokenEncryption vault(String keys) {
        return new TokenEncryption(Optional.of(Secret.of(keys)));
    }
}
