package dev.nxtsync.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Failure;

class OutageLogTest {
    private final OutageLog outages = new OutageLog();

    static Stream<Arguments> failures() {
        return Stream.concat(
                Stream.of(new Failure.Unauthorized("refused", ""), new Failure.Throttled("slowly", "", Duration.ZERO),
                        new Failure.Unreachable(ErrorCode.PLAIN_HTTP, "plain"),
                        new Failure.Unreachable(ErrorCode.UNKNOWN_HOST, "who?"),
                        new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody"),
                        new Failure.Unreachable(ErrorCode.TLS, "not trusted"),
                        new Failure.Unreachable(ErrorCode.TLS_HANDSHAKE, "no TLS"),
                        new Failure.Unreachable(ErrorCode.PROXY, "407")).map(each -> Arguments.of(each, true)),
                Stream.of(new Failure.InDoubt("slow", "", true, true), new Failure.InDoubt("502", "", false, false),
                        new Failure.Unavailable(ErrorCode.UNAVAILABLE, "budget"),
                        new Failure.Unavailable(ErrorCode.SCOPE_REDUCED, "readonly"),
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
