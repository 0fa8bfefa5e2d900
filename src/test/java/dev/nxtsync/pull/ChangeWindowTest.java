package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullState;

class ChangeWindowTest {
    private static final Instant AT = Instant.parse("2026-01-05T00:00:00Z");
    private static final PullPlan PLAN = PullFixture.plan("voucher", List.of("batchNo"), Optional.empty(),
            new Column("batchNo", "Int", Companion.NONE), new Column(Table.CHANGED, "DateTime", Companion.NONE));

    @Test
    void aKeyThatComesAgainOnALaterPageOfAWalkIsTold() throws IOException {
        var increment = new ChangeWindow(PLAN, state(), ZoneOffset.UTC);
        var first = page(1, 2);
        assertThat(increment.again(first.buffer())).isEmpty();
        increment.take(first, AT, true, Optional.empty());
        var second = page(3, 4);
        assertThat(increment.again(second.buffer())).isEmpty();
        increment.take(second, AT, true, Optional.empty());
        assertThat(increment.again(page(5, 2, 3).buffer())).as("of each page before")
                .containsExactlyInAnyOrder(List.of("2"), List.of("3"));
        increment.begin();
        assertThat(increment.again(page(2).buffer())).as("another walk reads the same rows again").isEmpty();
    }

    private static PageReader page(int... keys) throws IOException {
        var reader = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.changeOrder(), Set.of());
        for (int key : keys) {
            try (var parser = new JsonFactory().createParser(
                    "{\"batchNo\":%d,\"changedTimestamp\":\"2026-01-0%d 00:00:00\"}".formatted(key, key))) {
                assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
                reader.row(parser);
            }
        }
        return reader;
    }

    private static PullState state() {
        return new PullState("x", 1, PullState.UnitState.OK, new Problem(ErrorCode.UNEXPECTED, ""), 0, AT,
                Optional.empty(),
                Optional.of(AT), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty());
    }
}
