package dev.nxtsync.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.trouble.Trouble;

class OutagesTest {
    private final Outages outages = new Outages();

    static Stream<Arguments> failures() {
        return Stream.concat(
                Stream.of(new Failure.Unauthorized("refused", ""), new Failure.Throttled("slowly", "", Duration.ZERO),
                        new Failure.Unavailable(Trouble.PLAIN_HTTP, "plain"),
                        new Failure.Unavailable(Trouble.UNKNOWN_HOST, "who?"),
                        new Failure.Unavailable(Trouble.UNREACHABLE, "nobody"),
                        new Failure.Unavailable(Trouble.TLS, "not trusted"),
                        new Failure.Unavailable(Trouble.TLS_HANDSHAKE, "no TLS"),
                        new Failure.Unavailable(Trouble.PROXY, "407")).map(each -> Arguments.of(each, true)),
                Stream.of(new Failure.InDoubt("slow", "", true, true), new Failure.InDoubt("502", "", false, false),
                        new Failure.Unavailable(Trouble.UNAVAILABLE, "budget"),
                        new Failure.Unavailable(Trouble.SCOPE_REDUCED, "readonly"),
                        new Failure.Busy("full", "", Duration.ZERO),
                        new Failure.InvalidRequest("no such column", "", Set.of(), true),
                        new Failure.Rejected("no", "", List.of()),
                        new Failure.Unreadable("what?", "", false, true, Set.of("t0")))
                        .map(each -> Arguments.of(each, false)));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatOneTableMeetsIsNoOutageOfItsConnectionAndWhatAllMeetIsToldOnce(Failure failure, boolean ofAll) {
        assertThat(outages.isNews("main", "orders", failure)).isTrue();
        assertThat(outages.isNews("main", "products", failure)).as("of others").isEqualTo(!ofAll);
        outages.answered("main");
        assertThat(outages.isNews("main", "orders", failure)).as("others were answered meanwhile").isEqualTo(ofAll);
    }
}
