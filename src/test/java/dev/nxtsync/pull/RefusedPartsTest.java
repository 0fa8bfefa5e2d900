package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Question;

/** Servers that refuse parts of a table, or what is asked to split it. */
class RefusedPartsTest extends WalkFixture {
    @ParameterizedTest
    @ValueSource(strings = {"last:", "skip:"})
    void aServerThatRefusesWhatIsAskedToSplitATableIsAskedForItInOnePart(String refused) throws SQLException {
        refuse(question -> question.document().contains(refused));
        load("product");
        assertThat(history()).containsExactly("ok " + ROWS);
        assertThat(parts()).isZero();
        assertEqual("product");
    }

    @Test
    void partsThatAreRefusedThreeTimesAreReadInOne() throws SQLException {
        refuse(question -> question.variables().toString().contains("_gte"));
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(pulls.state("order").loadedAt()).isEmpty();
            load("order");
        }
        load("order");
        assertThat(pulls.state("order").loadedAt()).isPresent();
        assertThat(pulls.state("order").missing()).isEmpty();
        assertEqual("order");
    }

    @Test
    void aWalkWhoseEveryCursorIsRefusedBeginsAnew() throws SQLException {
        after(9, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
        load("order");
        assertThat(parts()).isGreaterThan(1);
        var begunAnew = new AtomicBoolean();
        pulls.instead = question -> {
            if (!question.variables().toString().contains("{\"orderNo\":{\"_g")) {
                begunAnew.set(true);
            }
            return begunAnew.get() ? Optional.empty() : Optional.of(REFUSED);
        };
        for (int attempt = 1; attempt <= 6; attempt++) {
            assertThat(pulls.state("order").loadedAt()).isEmpty();
            load("order");
        }
        assertThat(pulls.state("order").loadedAt()).isPresent();
        assertEqual("order");
    }

    @Test
    void aWalkThatIsToBeReadInOnePartStaysSoWhateverComesBetween() throws SQLException {
        refuse(question -> question.variables().toString().contains("_gte"));
        for (int attempt = 1; attempt <= 3; attempt++) {
            load("order");
        }
        var once = new AtomicBoolean(true);
        pulls.instead = question -> once.getAndSet(false) ? Optional.of(BROKEN) : Optional.empty();
        load("order");
        assertThat(pulls.state("order").loadedAt()).isEmpty();
        pulls.asked.clear();
        load("order");
        assertThat(pulls.asked).noneMatch(question -> question.variables().toString().contains("_gte"));
        assertThat(pulls.state("order").loadedAt()).isPresent();
        assertEqual("order");
    }

    private void refuse(Predicate<Question> refused) {
        pulls.instead = question -> refused.test(question) ? Optional.<Answer>of(REFUSED) : Optional.empty();
    }
}
