package dev.nxtsync.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.signin.UserGrant.RefreshTokenKind;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.token.Refresh;
import dev.nxtsync.token.RefreshTokenIssuer;
import dev.nxtsync.token.TokenRequest;
import dev.nxtsync.token.UserTokenSet;

/** The tokens of a person who has signed in, of two processes that share them. */
class RefreshTokensTest {
    private static final Problem NO = new Problem(ErrorCode.UNREACHABLE, "no");
    private static final Duration LIFE = Duration.ofHours(1);
    private static final GrantTokens SEALS = new GrantTokens(
            new TokenEncryption(Optional.of(Secret.of(Base64.getEncoder().encodeToString(new byte[32])))));
    private static TestDatabase database;
    private static Database store;

    private final List<String> sent = new ArrayList<>();
    private Function<String, Refresh> answer = token -> new Refresh.Invalid();
    private Optional<Problem> away = Optional.empty();
    private String issuer = "https://connect.example";
    private int mended;

    @BeforeAll
    static void migrate() {
        database = TestDatabase.create();
        store = ScheduleFixture.migrated(database);
    }

    @BeforeEach
    void nobodyHasSignedIn() {
        database.execute("delete from nxt_sync.user_grant; delete from nxt_sync.job");
    }

    @Test
    void beforeAPersonHasSignedInThereIsNoTokenAndNothingIsAsked() throws Exception {
        assertThat(ask(process())).isInstanceOf(TokenRequest.Withdrawn.class);
        assertThat(sent).isEmpty();
    }

    @Test
    void aOneTimeTokenIsReplacedByTheOneThatItsAnswerBrings() throws Exception {
        signIn();
        var process = process();
        answer = token -> refreshed("a" + sent.size(), "r" + sent.size());
        assertThat(granted(ask(process))).isEqualTo("a1");
        assertThat(granted(ask(process))).isEqualTo("a2");
        assertThat(sent).containsExactly("r0", "r1");
        assertThat(grant().kind()).contains(RefreshTokenKind.ONE_TIME);
        assertThat(grant().pending()).isEmpty();
    }

    @Test
    void aTokenThatIsUsedAgainIsKeptWhereTheAnswerHasNone() throws Exception {
        signIn();
        var process = process();
        answer = token -> refreshed("a" + sent.size(), null);
        ask(process);
        ask(process);
        assertThat(sent).containsExactly("r0", "r0");
        assertThat(grant().kind()).contains(RefreshTokenKind.RE_USE);
    }

    @Test
    void aTokenThatAnotherProcessHasBroughtIsTakenAndNoneIsAskedFor() throws Exception {
        signIn();
        var one = process();
        var other = process();
        answer = token -> refreshed("a" + sent.size(), "r" + sent.size());
        ask(one);
        assertThat(ask(other)).isInstanceOf(TokenRequest.Loaded.class);
        assertThat(sent).hasSize(1);
        assertThat(granted(ask(other))).as("whoever has it, and asks again, wants another").isEqualTo("a2");
        assertThat(ask(one)).isInstanceOf(TokenRequest.Loaded.class);
    }

    @Test
    void aTokenThatIsRefusedNeedsAPersonAndIsNotSentAgainUntilOneHasSignedIn() throws Exception {
        signIn();
        var process = process();
        assertThat(withdrawn(ask(process))).contains("invalid_grant");
        assertThat(ask(process())).isInstanceOf(TokenRequest.Withdrawn.class);
        assertThat(ask(process)).isInstanceOf(TokenRequest.Withdrawn.class);
        assertThat(sent).hasSize(1);
        signIn();
        answer = token -> refreshed("a", "r1");
        assertThat(granted(ask(process))).isEqualTo("a");
    }

    @Test
    void aTokenThatWasCertainlyNotUsedIsAsGoodAsBefore() throws Exception {
        signIn();
        var process = process();
        answer = token -> new Refresh.Unused(NO, Optional.of(Duration.ofSeconds(7)));
        assertThat(ask(process)).isEqualTo(new TokenRequest.Refused(NO, Optional.of(Duration.ofSeconds(7))));
        assertThat(grant().pending()).isEmpty();
        answer = token -> refreshed("a", "r1");
        assertThat(granted(ask(process))).isEqualTo("a");
        assertThat(sent).containsExactly("r0", "r0");
    }

    @Test
    void whereThereIsNobodyToSendItToATokenIsNotMarkedAsSent() throws Exception {
        signIn();
        away = Optional.of(NO);
        assertThat(ask(process())).isEqualTo(new TokenRequest.Refused(NO));
        assertThat(sent).isEmpty();
        assertThat(grant().pending()).isEmpty();
    }

    @Test
    void aTokenOfAnotherIssuerIsNotSentAndIsGoodAgainOnceTheSettingIsPutBack() throws Exception {
        signIn();
        var process = process();
        answer = token -> refreshed("a", "r1");
        issuer = "https://other.example";
        assertThat(withdrawn(ask(process))).contains("https://connect.example").contains("https://other.example");
        assertThat(sent).isEmpty();
        issuer = "https://connect.example";
        assertThat(granted(ask(process))).isEqualTo("a");
    }

    /** The grace period, how long ago it was sent, and what follows: sent again, waited for, or given up. */
    @ParameterizedTest
    @CsvSource({"0s, 0, lost", "60s, 0, waits", "60s, 14, waits", "60s, 16, sent", "60s, 50, sent", "60s, 55, lost",
            "60s, 500, lost", "20s, 4, waits", "20s, 6, sent", "20s, 19, lost"})
    void aOneTimeTokenWhoseAnswerIsLostIsSentOnceMoreWithinItsGracePeriodAndElseAPersonIsNeeded(String grace, int ago,
            String follows) throws Exception {
        signIn();
        answer = token -> new Refresh.Lost(NO);
        assertThat(ask(process(grace))).isEqualTo(new TokenRequest.Refused(NO));
        database.execute("update nxt_sync.user_grant set pending_at = pending_at - interval '" + ago
                + " s', last_sent_at = last_sent_at - interval '" + ago + " s'");
        answer = token -> refreshed("a", "r1");
        var result = ask(process(grace));
        switch (follows) {
            case "sent" -> assertThat(granted(result)).isEqualTo("a");
            case "lost" -> assertThat(withdrawn(result)).contains("the answer with the next one was lost");
            default ->
                assertThat(((TokenRequest.Refused) result).failure().errorCode()).isEqualTo(ErrorCode.TOKEN_SLOW);
        }
        assertThat(sent).containsOnly("r0").hasSize(follows.equals("sent") ? 2 : 1);
    }

    @Test
    void aTokenThatIsUsedAgainIsSentAtOnceAfterALostAnswer() throws Exception {
        signIn();
        var process = process();
        answer = token -> refreshed("a1", null);
        ask(process);
        answer = token -> new Refresh.Lost(NO);
        ask(process);
        answer = token -> refreshed("a2", null);
        assertThat(granted(ask(process))).isEqualTo("a2");
        assertThat(sent).containsExactly("r0", "r0", "r0");
    }

    @Test
    void anAnswerThatComesAfterItWasGivenUpIsStoredAndLiftsThatAPersonIsNeeded() throws Exception {
        signIn();
        var slow = process();
        answer = token -> {
            answer = other -> new Refresh.Invalid();
            refuse();
            return refreshed("late", "r1");
        };
        assertThat(granted(ask(slow))).isEqualTo("late");
        assertThat(mended).isEqualTo(1);
        assertThat(grant().needed()).isEmpty();
    }

    /** As another process does, which has waited for too long. */
    private void refuse() {
        try {
            var grants = new UserGrants(store, ScheduleFixture.claims(store));
            assertThat(grants.refuse("person", grant().generation(), SignInNeeded.lost(connection("0s")))).isTrue();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private RefreshTokens process() throws SQLException {
        return process("0s");
    }

    private RefreshTokens process(String grace) throws SQLException {
        return new RefreshTokens(connection(grace), Duration.ofMillis(1),
                new UserGrants(store, ScheduleFixture.claims(store)), SEALS, new RefreshTokenIssuer() {
                    @Override
                    public String issuer() {
                        return issuer;
                    }

                    @Override
                    public Optional<Problem> away() {
                        return away;
                    }

                    @Override
                    public Refresh refresh(String refreshToken, Duration atMost) {
                        sent.add(refreshToken);
                        return answer.apply(refreshToken);
                    }
                }, () -> mended++);
    }

    private static Settings.Connection connection(String grace) {
        return Objects.requireNonNull(SettingsFixture.of(Map.of("NXT_CONNECTIONS_PERSON_KIND", "user",
                "NXT_CONNECTIONS_PERSON_CLIENT_ID", "isv_x", "NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "secret",
                "NXT_CONNECTIONS_PERSON_REFRESH_GRACE", grace)).connections().get("person"));
    }

    private static TokenRequest.TokenResult ask(RefreshTokens process) {
        return process.send(Duration.ZERO);
    }

    private static void signIn() throws Exception {
        new UserGrants(store, ScheduleFixture.claims(store)).signedIn("person",
                new UserGrant.Owner("https://connect.example", "p", Optional.empty(), "P"), SEALS.sealed("person",
                        new UserTokenSet("a0", Optional.of(LIFE), Optional.empty(), Optional.empty()), "r0", "s"));
    }

    private static UserGrant grant() throws SQLException {
        return new UserGrants(store, ScheduleFixture.claims(store)).find("person").orElseThrow();
    }

    private static Refresh refreshed(String access, String refresh) {
        return new Refresh.Refreshed(
                new UserTokenSet(access, Optional.of(LIFE), Optional.empty(), Optional.ofNullable(refresh)));
    }

    private static String granted(TokenRequest.TokenResult result) {
        return ((TokenRequest.Granted) result).accessToken();
    }

    private static String withdrawn(TokenRequest.TokenResult result) {
        return ((TokenRequest.Withdrawn) result).why().message();
    }
}
